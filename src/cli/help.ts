import { COMMANDS } from './commands/index.js';

/** The page of `ntk --help`: made from the table of commands alone, so that it comes at once. */
export function overview(): string {
  const rows = Object.values(COMMANDS);
  const width = Math.max(...rows.map(({ usage }) => usage.length));
  const lines = (later: boolean): string[] =>
    rows
      .filter(({ load }) => (load === undefined) === later)
      .map(({ usage, describe }) => `  ntk ${usage.padEnd(width)}  ${describe}`);
  return `${[
    'ntk: neural tangent kernels (NNGP and NTK) of infinitely wide networks',
    '',
    'Commands:',
    ...lines(false),
    '',
    'Reserved:',
    ...lines(true),
    '',
    'Options:',
    '  -h, --help      this page; ntk COMMAND --help for a command, with an example that runs',
    '  --version       version of ntk-engine',
    '',
    'Example:',
    '  ntk kernel digits.csv --label-column label --scale unit-rows --arch resntk --depth 50 --out K.npy',
  ].join('\n')}\n`;
}
