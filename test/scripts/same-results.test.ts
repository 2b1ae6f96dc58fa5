import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../scripts/results/commands.js';
import { compareFiles, comparePrinted } from '../../scripts/results/differences.js';
import { compareOutcomes } from '../../scripts/results/outcomes.js';
import type { Outcome } from '../../scripts/results/run.js';
import { writeNpy, writeNpz } from '../../src/index.js';
import { ROOT } from '../house/sources.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ntk-same-test-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy with one bit turned, `back` bytes before the end. */
function turned(bytes: Buffer, back: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - back] ^= 1;
  return copy;
}

async function npy(data: Float64Array | Float32Array): Promise<Buffer> {
  const path = join(folder, 'a.npy');
  await writeNpy(path, { data, shape: [data.length] });
  return readFileSync(path);
}

async function npz(arrays: Readonly<Record<string, Float64Array>>): Promise<Buffer> {
  const path = join(folder, 'a.npz');
  const members = Object.entries(arrays).map(([name, data]) => [name, { data, shape: [data.length] }] as const);
  await writeNpz(path, Object.fromEntries(members));
  return readFileSync(path);
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('one bit of a result', () => {
  test('of an array is named with its entry', async () => {
    const doubles = await npy(Float64Array.of(1, 2, 3));
    expect(compareFiles('K.npy', doubles, Buffer.from(doubles))).toEqual([]);
    expect(compareFiles('K.npy', doubles, turned(doubles, 16))).toEqual([
      { place: 'entry 1', before: '2 (0x4000000000000000)', after: '2.0000000000000004 (0x4000000000000001)' },
    ]);
    const singles = await npy(Float32Array.of(0, 1));
    expect(compareFiles('K.npy', singles, turned(singles, 5))).toEqual([
      expect.objectContaining({
        place: 'entry 0',
        before: '0 (0x00000000)',
        after: expect.stringContaining('0x01000000'),
      }),
    ]);
  });

  test('of zero is its sign', async () => {
    const [zero, minus] = [await npy(Float64Array.of(0)), await npy(Float64Array.of(-0))];
    expect(compareFiles('K.npy', zero, minus)).toHaveLength(1);
    expect(compareFiles('K.json', Buffer.from('{"a": 0}'), Buffer.from('{"a": -0}'))).toHaveLength(1);
  });

  test('of an archive is named with its array', async () => {
    const [before, after] = [
      await npz({ nngp: Float64Array.of(1, 2), ntk: Float64Array.of(3, 4) }),
      await npz({ nngp: Float64Array.of(1, 2), ntk: Float64Array.of(3, 4 + 2 ** -50) }),
    ];
    expect(compareFiles('K.npz', before, after)).toEqual([expect.objectContaining({ place: 'ntk, entry 1' })]);
    const [few, many] = [await npz({ ntk: Float64Array.of(1) }), await npz({ ntk: Float64Array.of(1, 2) })];
    expect(compareFiles('K.npz', few, many)).toEqual([expect.objectContaining({ place: 'ntk, header' })]);
    expect(compareFiles('K.npz', few, await npz({ nngp: Float64Array.of(1) }))).toEqual([
      { place: 'arrays', before: 'ntk', after: 'nngp' },
    ]);
    expect(compareFiles('K.npz', few, turned(few, 1))).toEqual([
      expect.objectContaining({ place: expect.stringMatching(/^byte/) }),
    ]);
  });

  test('of a record is named with its field', () => {
    const record = { seconds: 1, rows: [{ values: [1, 0.1] }] };
    const other = { seconds: 2, rows: [{ values: [1, 0.1 + 2 ** -56] }] };
    expect(compareFiles('e.json', json(record), json(other))).toEqual([
      { place: 'rows[0].values[1]', before: '0.1', after: '0.10000000000000002' },
    ]);
  });

  test('of a text or a figure is named with its line, of other files with its byte', () => {
    const [before, after] = ['a\n1,0.25\nb', 'a\n1,0.26\nb'];
    expect(comparePrinted(before, after)).toEqual([{ place: 'line 2', before: '1,0.25', after: '1,0.26' }]);
    expect(compareFiles('K.csv', Buffer.from(before), Buffer.from(after))).toHaveLength(1);
    expect(compareFiles('K.csv', Buffer.from('0.35 s'), Buffer.from('0.36 s'))).toHaveLength(1);
    expect(compareFiles('K.other', Buffer.from(before), Buffer.from(after))).toEqual([
      { place: 'byte 7', before: '53', after: '54' },
    ]);
    expect(compareFiles('K.svg', Buffer.from(before), Buffer.from(`${before}c`))).toHaveLength(1);
    expect(compareFiles('K.html', Buffer.from(before), Buffer.from(`${before}\n`))).toHaveLength(1);
  });
});

describe('records', () => {
  const same = (before: unknown, after: unknown): boolean =>
    compareFiles('K.json', json(before), json(after)).length === 0;

  test('may differ in times, memory and version, at any depth', () => {
    expect(
      same({ version: '1', plan: { seconds: 1, tiles: 3 } }, { version: '2', plan: { seconds: 2, tiles: 3 } }),
    ).toBe(true);
    expect(same({ stages: { load: 1 } }, { stages: { load: 2 } })).toBe(true);
    expect(same({ networkSeconds: [1, 2] }, { networkSeconds: [3, 4] })).toBe(true);
  });

  test('must have the same fields of the same kinds, those that may differ too', () => {
    expect(same({ seconds: 1 }, {})).toBe(false);
    expect(same({ seconds: 1 }, { seconds: null })).toBe(false);
    expect(same({ stages: { load: 1 } }, { stages: { load: 1, solve: 1 } })).toBe(false);
    expect(same({ networkSeconds: [1] }, { networkSeconds: [1, 2] })).toBe(false);
    expect(same({ rows: {} }, { rows: [] })).toBe(false);
    expect(same({ plan: { tiles: 3 } }, { plan: { tiles: 4 } })).toBe(false);
  });

  test('that recompute as many entries must find the same difference', () => {
    const recomputed = (entries: number, difference: number) => ({ recomputed: { entries, difference, tolerance: 1 } });
    expect(same(recomputed(3, 1e-16), recomputed(4, 2e-16))).toBe(true);
    expect(same(recomputed(3, 1e-16), recomputed(3, 2e-16))).toBe(false);
    expect(same(recomputed(3, 1e-16), { recomputed: null })).toBe(false);
  });
});

test('times, speeds and memory of texts are masked, other numbers are not', () => {
  const line = (time: string, count: string): string => `K.npy: ${count} in f64, ${time}`;
  expect(comparePrinted(line('0.35 s (172 k entries/s)', '40'), line('12 ms (2.04 M entries/s)', '40'))).toEqual([]);
  expect(comparePrinted(line('0.35 s', '40'), line('0.35 s', '41'))).toHaveLength(1);
  expect(comparePrinted('memory 198.5 MiB at the peak, of 2 GiB', 'memory 1.1 GiB at the peak, of 2 GiB')).toEqual([]);
  expect(comparePrinted('memory 1 MiB at the peak, of 2 GiB', 'memory 1 MiB at the peak, of 3 GiB')).toHaveLength(1);
});

describe('names of code', () => {
  const program = (gap: string, map: string, local: string, factor = '0.5', called = map): string => `
fn ${gap}(q: f32) -> f32 { // of ${map}
  return ${factor} * q;
}

fn ${map}(r: vec2f) -> f32 {
  let ${local} = ${gap}(r.x);
  return ${local} + r.y;
}

fn main() { ${called}(1.0); }
`;
  const differ = (after: string): number => comparePrinted(program('gap', 'sine', 'd'), after, true).length;

  test('are free, as long as each becomes another one', () => {
    expect(differ(program('distance', 'sin', 'at'))).toBe(0);
    expect(differ(program('distance', 'sin', 'sin'))).toBe(0);
    expect(differ(program('distance', 'sin', 'at', '0.5', 'distance'))).toBeGreaterThan(0);
    expect(differ(program('distance', 'sin', 'at', '0.5', 'sine'))).toBeGreaterThan(0);
  });

  test('are free alone: numbers count, and what is missing', () => {
    expect(differ(program('distance', 'sin', 'at', '0.25'))).toBe(1);
    expect(differ(program('distance', 'sin', 'at').replace('r.y', 'r.x'))).toBe(1);
    expect(differ(program('distance', 'sin', 'at').replace(/fn distance[^}]*}\n/, ''))).toBeGreaterThan(0);
  });
});

describe('outcomes', () => {
  const outcome = (change: Partial<Outcome> = {}): Outcome => ({
    code: 0,
    stdout: '',
    stderr: '',
    files: new Map([['K.csv', Buffer.from('1')]]),
    seconds: 1,
    ...change,
  });

  test('are the same where all is', () => {
    expect(compareOutcomes({}, outcome(), outcome({ seconds: 2 }))).toEqual([]);
  });

  test('differ by exit code, by missing files, by what they print', () => {
    const what = (after: Partial<Outcome>): readonly string[] =>
      compareOutcomes({}, outcome(), outcome(after)).map((found) => `${found.what}, ${found.place}`);
    expect(what({ code: 3 })).toEqual(['exit, code, to be 0']);
    expect(what({ files: new Map() })).toEqual(['K.csv, file']);
    expect(what({ stderr: 'a warning' })).toEqual(['stderr, line 1']);
  });

  test('that fail in both states are none to compare', () => {
    expect(compareOutcomes({}, outcome({ code: 2 }), outcome({ code: 2 }))).toHaveLength(1);
    expect(compareOutcomes({ exit: 2 }, outcome({ code: 2 }), outcome({ code: 2 }))).toEqual([]);
  });
});

test('there are at least 40 commands that need no device, each with a name of its own', () => {
  expect(COMMANDS.filter(({ needs }) => needs === undefined).length).toBeGreaterThanOrEqual(40);
  expect(new Set(COMMANDS.map(({ name }) => name)).size).toBe(COMMANDS.length);
  expect(COMMANDS.filter(({ line }) => / {2}|^ntk|undefined/.test(line))).toEqual([]);
});

/** A checkout whose `ntk` is a program that prints backends, and on every other command an entry. */
function checkout(name: string, entry: string): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'dist/src/cli'), { recursive: true });
  const program = `console.log(process.argv[2] === 'backends' ? '{"backends": []}' : '${entry}');`;
  writeFileSync(join(root, 'dist/src/cli/main.js'), program);
  writeFileSync(join(root, 'package.json'), '{"type": "module"}');
  return root;
}

describe('scripts/same-results', () => {
  const run = (...words: readonly string[]) =>
    spawnSync(join(ROOT, 'scripts/same-results'), words, { encoding: 'utf8' });

  test('ends with the number of commands that differ, and exit code 1 if one does', () => {
    const [one, other] = [checkout('one', '0.5'), checkout('other', '0.25')];
    const equal = run(one, one, '--only', 'profile-text');
    expect([equal.status, equal.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, '1 commands, 0 differ']);
    const different = run(one, other, '--only', 'profile-text');
    expect([different.status, different.stdout.trimEnd().split('\n').at(-1)]).toEqual([1, '1 commands, 1 differ']);
    expect(different.stdout).toMatch(/profile-text +DIFFERS .*ntk profile/);
    expect(different.stdout).toMatch(/stdout, line 1:\n +before +0.5\n +after +0.25/);
  });

  test('says what it needs', () => {
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage') });
    expect(run(folder, folder)).toMatchObject({ status: 2, stderr: expect.stringContaining('npm run build') });
  });
});
