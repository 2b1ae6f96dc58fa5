import type { Command } from '../command.js';
import { BENCHMARKS } from './benchmarks.js';

/** `ntk bench`: speeds, each beside a limit measured in the same run. */
export const benchCommand: Command = {
  positionals: [
    {
      name: 'WHAT',
      describe: `${BENCHMARKS.join(', ')} (of \`--backend webgpu\`)`,
      required: true,
    },
  ],
  flags: {
    data: { describe: 'data file to measure on', group: 'Input', fallback: 'made-up numbers of the size of MNIST' },
    threads: { describe: 'worker threads', group: 'Compute', fallback: 'all that the container offers' },
    backend: {
      describe: 'what `conv` and `kernel` measure',
      group: 'Compute',
      fallback: 'compiled where it is there, else host',
      choices: ['host', 'compiled'],
    },
    json: { describe: 'print one JSON object and nothing else on stdout', group: 'Output', alone: true },
  },
  examples: [
    ['ntk bench kernel --data digits.csv', 'ratios on a small data set'],
    ['ntk bench eigs --data digits.csv', 'eigenpairs of a small kernel'],
    ['ntk bench gpu --data digits.csv || ntk backends', 'a first try of the GPU, or why there is none'],
  ],
  run: async (args) => (await import('../runs/bench.js')).runBench(args),
};
