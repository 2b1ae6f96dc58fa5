import type { Command } from '../command.js';

/** `ntk backends`: what this machine offers. */
export const backendsCommand: Command = {
  positionals: [],
  flags: { json: { describe: 'print one JSON object and nothing else on stdout', group: 'Output', alone: true } },
  examples: [['ntk backends', 'what is here, and how to get what is missing']],
  run: async (args) => (await import('../runs/backends.js')).runBackends(args),
};
