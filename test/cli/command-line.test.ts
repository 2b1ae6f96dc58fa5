import { commandLine } from '../../src/cli/command-line.js';
import { expect, test } from '../jest.js';

test('a command line is written so that a shell takes it again', () => {
  const values = new Map([
    ['widths', ['8,16']],
    ['arch', ["it's mine.json"]],
    ['out', ['a b']],
  ]);
  expect(commandLine('compare', { positionals: ['x.npy'], values, switches: new Set(['force']) })).toBe(
    "ntk compare x.npy --widths 8,16 --arch 'it'\\''s mine.json' --out 'a b' --force",
  );
});
