import { describe, expect, test } from '../jest.js';
import { type Source, sources } from './sources.js';

const COLUMNS = 120;

/** Lines that cannot be broken: an address, a regular expression, a text without a space, the title of a test. */
const UNBREAKABLE = [
  /^\s*\/.+\/[a-z]*[;,]?$/,
  /^\s*'\S+',?$/,
  /^\s*(\*|\/\/)?\s*<?https?:\/\/\S+$/,
  /^\s*(test|describe)(\.\w+)?\(\s*['"`]/,
];

function longLines(files: readonly Source[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .map((line, i) => ({ line, place: `${path}:${i + 1}` }))
      .filter(({ line }) => line.length > COLUMNS && !UNBREAKABLE.some((form) => form.test(line)))
      .map(({ line, place }) => `${place}: ${line.length} columns`),
  );
}

describe('columns', () => {
  test(`a line has at most ${COLUMNS} columns`, () => {
    const files = sources('src', 'kernels', 'test', 'scripts').filter(({ path }) => !path.startsWith('test/fixtures/'));
    expect(longLines(files)).toEqual([]);
  });

  test('a longer line would be found', () => {
    const [source] = sources('src/report/records');
    expect(longLines([{ ...source, path: 'x.ts', text: `short\n${'long '.repeat(25)}` }])).toEqual([
      'x.ts:2: 125 columns',
    ]);
    expect(longLines([{ ...source, path: 'x.ts', text: `// https://example.org/${'long/'.repeat(25)}` }])).toEqual([]);
  });
});
