import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Window } from 'happy-dom';
import { describeArchitecture } from '../../src/architecture/describe.js';
import { parseArchitecture, serialiseArchitecture } from '../../src/index.js';
import { printable } from '../../src/printable.js';
import { figureSvg } from '../../src/report/charts/panel-svg.js';
import type { RecordFile } from '../../src/report/figures/figure.js';
import { drawFigure } from '../../src/report/figures/index.js';
import { csvText } from '../../src/report/formats/csv.js';
import { jsonText } from '../../src/report/formats/json.js';
import { pdfOfSvg } from '../../src/report/formats/pdf.js';
import { comparePage } from '../../src/report/pages/compare.js';
import { figureHtml } from '../../src/report/pages/html.js';
import type { EigsResult } from '../../src/report/records/eigs.js';
import { eigsText } from '../../src/report/text/eigs.js';
import { tableText } from '../../src/report/text/table.js';
import { npyOf } from '../data/fixtures.js';
import { afterAll, describe, expect, test } from '../jest.js';
import { RECORD_TEXTS } from './records.js';

const folder = mkdtempSync(join(tmpdir(), 'ntk-names-'));
writeFileSync(
  join(folder, 'K.npy'),
  npyOf(
    [6, 6],
    Array.from({ length: 36 }, (_, k) => (k % 7 === 0 ? 2 : 1)),
  ),
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names that have broken something somewhere. */
const NAMES: readonly string[] = [
  '<',
  'a<b>&"c"\'d\'',
  '"><script>alert(1)</script>',
  ']]><!-- --> <?x?> <![CDATA[',
  '&lt;&amp;&#0;',
  '\u0000\u0001\b\u001b[31mred\u001b[0m\u007f\u009b31m',
  'two\nlines\r\nand\ttabs',
  '\u2028\u2029\u0085',
  '\u202egnp.exe\u2066 \u200f',
  '\ud800 half, \udc00 half',
  '\ufffe\uffff\ufeff',
  '😀👩‍👩‍👧 עברית 中文',
  `${'long '.repeat(2000)}`,
  'W'.repeat(10_000),
  '=cmd|"/c calc"!A1,"',
  '__proto__',
  'constructor',
  '`x` $ \\u0000 \\',
];

const WORDS = fc.string({
  unit: fc.constantFrom(...NAMES.filter((name) => name.length < 100), 'a', ' '),
  maxLength: 4,
});
const ANY = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', maxLength: 60 }), WORDS);

function recordOf(command: string, name: string): RecordFile {
  const text = (RECORD_TEXTS.get(command) ?? '').replaceAll('"NAME"', JSON.stringify(name));
  const path = join(folder, 'K.json');
  return { path, name, parsed: JSON.parse(text) as object, input: { path, shape: null, sha256: '' } };
}

/** What a terminal shows without acting on it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const ACTING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]/u;

/** Whether texts are XML, by expat; null without Python. */
function faultsOfXml(texts: readonly string[]): string | null {
  const paths = texts.map((text, k) => {
    const path = join(folder, `${k}.svg`);
    writeFileSync(path, text);
    return path;
  });
  const script =
    'import sys, xml.parsers.expat as e\nfor p in sys.stdin.read().split(): e.ParserCreate().Parse(open(p, ' +
    '"rb").read(), True)';
  const { status, stderr, error } = spawnSync('python3', ['-c', script], { input: paths.join('\n') });
  return error !== undefined ? null : status === 0 ? '' : String(stderr);
}

async function drawn(command: string, name: string) {
  return drawFigure([recordOf(command, name)], { view: undefined });
}

/** The attribute and the texts of an SVG, read back. */
function readBack(svg: string): { readonly label: string; readonly scripts: number } {
  const window = new Window();
  const root = new window.DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  const found = { label: root.getAttribute('aria-label') ?? '', scripts: root.getElementsByTagName('script').length };
  window.close();
  return found;
}

describe.each([...RECORD_TEXTS.keys()])('any name in a record of %s', (command) => {
  test('stands in an SVG that is XML, and in a page that loads nothing', async () => {
    const svgs: string[] = [];
    for (const name of [...NAMES, ...fc.sample(ANY, { numRuns: 6, seed: 11 })]) {
      const figure = { ...(await drawn(command, name)), title: name };
      const svg = figureSvg(figure);
      svgs.push(svg);
      expect(readBack(svg)).toMatchObject({ scripts: 0 });
      const html = figureHtml(figure, name);
      expect(html).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'`);
      expect(html).not.toMatch(/<script|<!--|<!\[CDATA/);
      expect(html.split('<title>')).toHaveLength(2);
    }
    expect(faultsOfXml(svgs) ?? '').toBe('');
  });

  test('stands in the csv as one cell, and in a PDF', async () => {
    for (const name of [NAMES[1], NAMES[5], NAMES[6], NAMES[9], NAMES[11], NAMES[13]]) {
      const figure = await drawn(command, name);
      const lines = csvText(figure.data)
        .replaceAll(/"(?:[^"]|"")*"/g, '')
        .trimEnd()
        .split('\n');
      expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
      const pdf = await pdfOfSvg(figureSvg({ ...figure, title: name }), name);
      expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
    }
  });
});

test('the label of an SVG is the name, but for what XML does not have', async () => {
  const figure = await drawn('profile', 'a');
  await fc.assert(
    fc.property(ANY, (name) => {
      const { label } = readBack(figureSvg({ ...figure, title: name }));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no such characters
      expect(label).toBe(name.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/gu, '\ufffd'));
    }),
    { numRuns: 40, seed: 3 },
  );
});

test('the page of a comparison is one page for any name, path and warning', () => {
  for (const name of [NAMES[2], NAMES[3], NAMES[5], NAMES[6], NAMES[9], NAMES[13]]) {
    const { parsed } = recordOf('compare', name);
    const html = comparePage({ ...parsed, warnings: [name] }, `ntk compare ${name}`);
    expect(html).toContain('Content-Security-Policy');
    expect(html).not.toMatch(/<script|<!--|<!\[CDATA/);
    for (const svg of html.match(/<svg[\s\S]*?<\/svg>/g) ?? []) expect(readBack(svg).scripts).toBe(0);
    expect(faultsOfXml(html.match(/<svg class="plot[\s\S]*?<\/svg>/g) ?? []) ?? '').toBe('');
  }
});

test('a text for the terminal acts on nothing, and a name is on one line', () => {
  const { parsed } = recordOf('eigs', 'NAME') as { readonly parsed: { readonly rows: readonly EigsResult[] } };
  fc.assert(
    fc.property(ANY, (name) => {
      const table = printable(
        tableText(
          ['kernel', 'value'],
          [
            [name, '1'],
            ['b', name],
          ],
        ),
      );
      expect(table).not.toMatch(ACTING);
      expect(table.split('\n')).toHaveLength(5);
      const results = parsed.rows.map((row) => ({ ...row, name }));
      const text = printable(eigsText([...results, ...results]));
      expect(text).not.toMatch(ACTING);
      const plain = eigsText([...parsed.rows, ...parsed.rows]);
      expect(text.split('\n')).toHaveLength(plain.split('\n').length);
    }),
    { numRuns: 100, seed: 4 },
  );
});

test('an architecture of any name is described on one line, and read back from what is printed of it', () => {
  fc.assert(
    fc.property(ANY, (name) => {
      const layers = [{ kind: 'dense' }, { kind: 'relu' }, { kind: 'dense' }];
      const architecture = parseArchitecture({ format: 'ntk-architecture/1', name, layers });
      const printed = printable(serialiseArchitecture(architecture));
      expect(printed).not.toMatch(ACTING);
      expect(parseArchitecture(JSON.parse(printed))).toEqual(architecture);
      expect(JSON.parse(printable(jsonText({ name })))).toEqual({ name });
      const described = describeArchitecture(architecture, { input: null, convention: null, notes: [] });
      expect(described.split('\n')[0]).toMatch(/\(ntk-architecture\/1, 3 layers\)$/);
    }),
    { numRuns: 100, seed: 5 },
  );
});

test('the records of this test hold the name that is replaced', () => {
  for (const text of RECORD_TEXTS.values()) expect(text).toContain('"NAME"');
  expect(readFileSync(join(folder, 'K.npy')).length).toBeGreaterThan(100);
});
