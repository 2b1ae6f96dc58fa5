import fc from 'fast-check';
import { readInput } from '../../../src/data/index.js';
import { describe, expect, test } from '../../jest.js';
import { temporaryFolder } from '../fixtures.js';

const folder = temporaryFolder();

/** How a program writes tables. */
const dialect = fc.record({
  marks: fc.constantFrom<[string, string]>(
    [',', '.'],
    [';', '.'],
    [';', ','],
    ['\t', '.'],
    ['\t', ','],
    ['|', '.'],
    [' ', '.'],
    ['  ', ','],
  ),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  isClosed: fc.boolean(),
  header: fc.constantFrom('none', 'names', 'quoted', 'comment'),
  quotes: fc.boolean(),
  trailing: fc.boolean(),
  mark: fc.constantFrom('', '\ufeff'),
  between: fc.constantFrom('', '# a comment, with 1;2 marks', '% another', '   '),
});

const rows = fc.integer({ min: 2, max: 5 }).chain((width) =>
  fc.array(fc.array(fc.integer({ min: -99_999, max: 99_999 }), { minLength: width, maxLength: width }), {
    minLength: 2,
    maxLength: 12,
  }),
);

/** Numbers with two decimals: no step of integers that could be names of columns. */
const twoDecimals = (n: number): number => Number((n / 100 + 0.01 * Math.sign(n || 1)).toFixed(2));

describe('csv', () => {
  test('reads what programs write, without being told how', async () => {
    await fc.assert(
      fc.asyncProperty(rows, dialect, fc.boolean(), async (table, how, withClasses) => {
        const [separator, decimal] = how.marks;
        const quoted = (text: string): string => (how.quotes ? `"${text}"` : text);
        const numbers = table.map((row) => row.map(twoDecimals));
        const classes = table.map((_, i) => ['red', 'green', 'light blue'][i % (separator.trim() === '' ? 2 : 3)]);
        const lines = numbers.map((row, i) => [
          ...row.map((value) => quoted(value.toFixed(2).replace('.', decimal))),
          ...(withClasses ? [quoted(classes[i])] : []),
        ]);
        const names = lines[0].map((_, k) => `n${k}`);
        const header = { none: [], names: [names], quoted: [names.map((name) => `"${name}"`)], comment: [names] }[
          how.header
        ];
        const close = how.trailing && separator.trim() !== '' ? separator : '';
        const texts = [...header, ...lines].map((fields) => fields.join(separator) + close);
        if (how.header === 'comment') texts[0] = `# ${names.join(separator)}`;
        const between = how.end + (how.between === '' ? '' : how.between + how.end);
        // Names in a comment are those of the last one before the data.
        const first = how.header === 'comment' ? `${texts.shift()}${how.end}` : '';
        const text = how.mark + first + texts.join(between) + (how.isClosed ? how.end : '');
        const path = await folder.write('w.csv', text);
        const labelColumn = withClasses ? { labelColumn: -1 } : {};
        const found = await readInput(path, labelColumn);
        expect([...found.data]).toEqual(numbers.flat());
        expect(found.names).toEqual(how.header === 'none' ? null : names.slice(0, numbers[0].length));
        if (withClasses) {
          const { data = [], classes: known } = found.labels ?? {};
          expect(Array.from(data, (k) => known?.[k])).toEqual(classes);
        }
      }),
      { seed: 7, numRuns: 250 },
    );
  });
});
