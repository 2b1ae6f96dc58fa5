import type { FlagTable } from '../command.js';

const GROUP = 'Output';

/** Flags of commands whose result may go to a file. */
export const OUTPUT_FLAGS: FlagTable = {
  json: { describe: 'print one JSON object, the record, and nothing else on stdout', group: GROUP, alone: true },
  force: { describe: 'replace an existing output', group: GROUP, alone: true },
};

/** Flags of commands that take long. */
export const PROGRESS_FLAGS: FlagTable = {
  progress: { describe: 'show progress even where stderr is no terminal', group: GROUP, alone: true },
  'no-progress': { describe: 'show no progress', group: GROUP, alone: true },
};
