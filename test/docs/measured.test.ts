/**
 * What documents say to have been measured is held to the runs that gave it: a figure of time, speed or memory stands
 * in a table with a column `run`, which links to files that `scripts/bench/record.mjs` wrote; the page quotes their
 * commands, and their figures are those of the row, as rounded there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '../jest.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MEASURED = 'docs/measured';

const markdown = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
    .map((name) => (folder === '.' ? name : `${folder}/${name}`));
const PAGES = ['.', 'docs', 'docs/guide'].flatMap(markdown);
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

interface Run {
  readonly format: string;
  readonly name: string;
  readonly command: string;
  readonly date: string;
  readonly commit: string;
  readonly machine: { readonly processor: string; readonly cores: number; readonly node: string };
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly figures: readonly Figure[];
}

const RUNS = readdirSync(join(ROOT, MEASURED)).filter((name) => name.endsWith('.json'));
const runOf = (path: string): Run => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** Units of one kind, in the least of them. */
const UNITS: Readonly<Record<string, readonly [kind: string, size: number]>> = {
  ns: ['time', 1e-9],
  'ns/entry': ['time', 1e-9],
  us: ['time', 1e-6],
  ms: ['time', 1e-3],
  s: ['time', 1],
  seconds: ['time', 1],
  min: ['time', 60],
  minutes: ['time', 60],
  'MFLOP/s': ['speed', 1e6],
  'GFLOP/s': ['speed', 1e9],
  'TFLOP/s': ['speed', 1e12],
  'MB/s': ['rate', 1e6],
  'GB/s': ['rate', 1e9],
  bytes: ['bytes', 1],
  kB: ['bytes', 1e3],
  MB: ['bytes', 1e6],
  GB: ['bytes', 1e9],
  KiB: ['bytes', 2 ** 10],
  MiB: ['bytes', 2 ** 20],
  GiB: ['bytes', 2 ** 30],
  '%': ['percent', 1],
  times: ['ratio', 1],
  '': ['ratio', 1],
};

interface Quantity {
  readonly text: string;
  readonly value: number;
  readonly kind: string;
  readonly size: number;
  /** Half of the last digit that is shown. */
  readonly half: number;
}

const UNIT_NAMES = Object.keys(UNITS)
  .filter((unit) => unit !== '')
  .sort((a, b) => b.length - a.length)
  .map((unit) => unit.replaceAll(/[/]/g, '\\/'));
const QUANTITY = new RegExp(
  `(?<![\\w.^])(-?\\d[\\d,]*(?:\\.\\d+)?)(?: (million|billion))?(?: ?(${UNIT_NAMES.join('|')})(?![\\w/^]))?`,
  'g',
);

function quantities(cell: string): readonly Quantity[] {
  return [...cell.matchAll(QUANTITY)].map(([text, digits, many, unit = '']) => {
    const plain = digits.replaceAll(',', '');
    const scale = { million: 1e6, billion: 1e9 }[many ?? ''] ?? 1;
    const decimals = plain.split('.')[1]?.length ?? 0;
    const [kind, size] = UNITS[unit];
    return { text, value: Number(plain) * scale, kind, size, half: 0.5 * 10 ** -decimals * scale };
  });
}

function isShown({ value, kind, size, half }: Quantity, figure: Figure): boolean {
  const [unit, of] = UNITS[figure.unit] ?? ['', 1];
  return unit === kind && Math.abs((figure.value * of) / size - value) <= half * (1 + 1e-9);
}

/** Text without code: what stands in backticks is no claim. */
const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '``');
const cellsOf = (line: string): readonly string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

interface Row {
  readonly page: string;
  readonly line: string;
  readonly runs: readonly string[];
  /** The cells with figures: all but the first, which says what was measured, and the last. */
  readonly figures: readonly string[];
}

/** Rows of tables whose last column is `run`, and all lines of the page outside them. */
function split(page: string): { readonly rows: readonly Row[]; readonly rest: readonly string[] } {
  const rows: Row[] = [];
  const rest: string[] = [];
  let inside = false;
  for (const line of withoutCode(textOf(page)).split('\n')) {
    const cells = line.startsWith('|') ? cellsOf(line) : [];
    if (cells.length === 0) inside = false;
    else if (cells.at(-1) === 'run') inside = true;
    if (!inside) rest.push(line);
    else if (cells.at(-1) !== 'run' && !/^-+$/.test(cells[0])) {
      const links = [...(cells.at(-1) ?? '').matchAll(/\]\(([^)]+\.json)\)/g)].map(([, link]) =>
        join(dirname(page), link),
      );
      rows.push({ page, line, runs: links, figures: cells.slice(1, -1) });
    }
  }
  return { rows, rest };
}

const SPLIT = PAGES.map((page) => ({ page, ...split(page) }));
const ROWS = SPLIT.flatMap(({ rows }) => rows);

/** Quantities in prose that nobody measured: promises, limits, sizes of files and of made examples. */
const SAID: readonly string[] = [
  // Levels of intervals, and rules that tests hold.
  '95 %',
  'within 5 %',
  'below 5 % of the eigenvalue',
  '2 % of the time',
  '0.2 s',
  'in less than 5 s',
  'as many as come in 20 s',
  'at most 0.1 ms a pair',
  'below 1 TFLOP/s',
  'with 64 MiB',
  'at most 16 MiB',
  '4 bytes for each',
  // Formats.
  '3,073 bytes',
  '3,074 bytes',
  // Sizes of what others ship, and of what Node reserves.
  '| 0.3 GB | 0.9 GB |',
  '| 3.3 GB | 5.5 GB |',
  '32 MB to download, 6 MB kept',
  'some 10 GiB of addresses',
  // Faults that were mended: what they cost then.
  'off by 100 %',
  "10 % of a near-duplicate pair's cosine distance",
];

describe('docs/measured', () => {
  test.each(RUNS)('%s says by what, when, and on which machine', (name) => {
    const path = `${MEASURED}/${name}`;
    const { format, command, date, commit, machine, load, figures, ...run } = runOf(path);
    expect({ format, name: `${run.name}.json` }).toEqual({ format: 'ntk-measured/1', name });
    expect(command).toMatch(/^(ntk|node|npm|bash) /);
    expect(new Date(date).getTime()).toBeGreaterThan(0);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect([machine.processor, machine.cores, machine.node].every(Boolean)).toBe(true);
    expect(load.before).toHaveLength(3);
    expect(figures.length).toBeGreaterThan(0);
    expect(figures.filter(({ unit, value }) => UNITS[unit] === undefined || !Number.isFinite(value))).toEqual([]);
    expect(readFileSync(join(ROOT, path), 'utf8')).not.toMatch(/"[^"]*(?<!\w)\/(?:home|root|tmp|work|usr|opt)\//);
  });

  test('is quoted, all of it', () => {
    const used = new Set(ROWS.flatMap(({ runs }) => runs));
    expect(RUNS.map((name) => `${MEASURED}/${name}`).filter((path) => !used.has(path))).toEqual([]);
  });
});

describe('measured figures', () => {
  test('are there', () => {
    expect(ROWS.length).toBeGreaterThan(10);
  });

  test.each(ROWS)('$page: $line', ({ page, runs, figures }) => {
    expect(runs.length).toBeGreaterThan(0);
    expect(runs.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const files = runs.map(runOf);
    const quoted = textOf(page).replaceAll(/\\\n\s*/g, '');
    expect(files.map(({ command }) => command).filter((command) => !quoted.includes(command))).toEqual([]);
    const known = files.flatMap((file) => file.figures);
    const shown = figures.flatMap(quantities);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.filter((one) => !known.some((figure) => isShown(one, figure))).map(({ text }) => text)).toEqual([]);
  });

  test.each(SPLIT)('$page has none in prose', ({ rest }) => {
    const left = rest.map((line) => SAID.reduce((text, said) => text.replaceAll(said, ''), line));
    const found = left.flatMap((line) =>
      quantities(line)
        .filter(({ kind }) => kind !== 'ratio')
        .map(({ text }) => `${text}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  test('what is excused is there', () => {
    const all = SPLIT.flatMap(({ rest }) => rest).join('\n');
    expect(SAID.filter((said) => !all.includes(said))).toEqual([]);
  });
});
