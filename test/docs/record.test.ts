import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '../jest.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ntk-record-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Fields named in the first column of the tables of docs/record.md, by the heading or the line above the table. */
function documented(): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  let title = '';
  for (const line of readFileSync(join(ROOT, 'docs/record.md'), 'utf8').split('\n')) {
    const row = /^\| (`.*?) \|/.exec(line);
    if (row) fields.set(title, [...(fields.get(title) ?? []), ...[...row[1].matchAll(/`(\w+)`/g)].map((m) => m[1])]);
    else if (line !== '' && !line.startsWith('|')) title = line.replaceAll(/[`#:]/g, '').trim();
  }
  return fields;
}

type Json = Readonly<Record<string, unknown>>;

function record(...args: readonly string[]): Json {
  const stdout = execFileSync(process.execPath, [join(ROOT, 'dist/src/cli/main.js'), ...args, '--json'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(stdout);
}

/** Keys of an object, or of all objects of a list. */
function keys(value: unknown): readonly string[] {
  const objects = Array.isArray(value) ? value : [value];
  return [
    ...new Set(objects.flatMap((one: unknown) => (typeof one === 'object' && one !== null ? Object.keys(one) : []))),
  ];
}

describe('docs/record.md', () => {
  const fields = documented();
  const of = (title: string): readonly string[] => fields.get(title) ?? [];
  const common = of('Every record');
  const data = join(ROOT, 'data/digits/test.csv');

  test('names every field of a kernel record, and no other', () => {
    const kernel = record('kernel', data, '--label-column', '64', '--rows', '0:9', '--arch', 'fc', '--out', 'K.npy');
    expect(keys(kernel).toSorted()).toEqual([...common, ...of('kernel')].toSorted());
    expect(keys(kernel.inputs)).toEqual(of('An object of inputs'));
    expect(keys(kernel.labels)).toEqual(of('The object labels'));
    expect(keys(kernel.plan).toSorted()).toEqual(of('The object plan').toSorted());
    expect(keys(kernel.recomputed)).toEqual(
      of('The object recomputed, in the records of kernel, eigs, regress and compare'),
    );
    expect(of('Stages')).toEqual(expect.arrayContaining([...keys(kernel.stages)]));
    expect(JSON.parse(readFileSync(join(folder, 'K.json'), 'utf8'))).toMatchObject({ command: 'kernel', out: 'K.npy' });
  });

  test('names every field of the other records', () => {
    const profile = record('profile', '--arch', 'fc', '--depth', '2,3', '--angles', '5', '--out', 'p.json');
    expect(keys(profile).toSorted()).toEqual(
      [...common, ...of('profile'), 'out'].filter((key) => key in profile).toSorted(),
    );
    expect(of('An object of curves')).toEqual(expect.arrayContaining([...keys(profile.curves)]));
    const flags = ['--label-column', '64', '--rows', '0:40', '--arch', 'fc', '-k', '4', '--density'];
    const eigs = record('eigs', data, ...flags);
    const known = [...common, ...of('eigs'), ...of('An object of these rows')];
    expect(keys(eigs).filter((key) => !known.includes(key))).toEqual([]);
    const row = of('An object of these rows').filter((key) => !['depth', 'alpha', 'gamma'].includes(key));
    expect(keys(eigs.rows).toSorted()).toEqual(row.filter((key) => /^[a-z]/i.test(key)).toSorted());
    const title = [...fields.keys()].find((key) => key.includes('The object density')) ?? '';
    expect(keys(eigs.density).toSorted()).toEqual([...of(title)].toSorted());
    const plot = record('plot', 'p.json', '--out', 'p.svg');
    expect(keys(plot).toSorted()).toEqual([...common, ...of('plot')].toSorted());
    const arch = record('arch', 'fc', '--describe');
    expect(keys(arch).toSorted()).toEqual([...common, 'description'].toSorted());
    const empirical = record('empirical', data, ...flags.slice(0, 6), '--width', '8', '--out', 'E.npy');
    expect(keys(empirical).toSorted()).toEqual([...common, ...of('empirical')].toSorted());
    expect(of('The object plan of an empirical kernel')).toEqual(expect.arrayContaining([...keys(empirical.plan)]));
    expect(keys(empirical.check).toSorted()).toEqual([...of('The object check of an empirical kernel')].toSorted());
    const compare = record('compare', data, ...flags.slice(0, 6), '--widths', '4,8', '--seeds', '2', '--out', 'c');
    expect(keys(compare).toSorted()).toEqual([...common, ...of('compare')].toSorted());
    expect(of('The object check of a comparison')).toEqual([...keys(compare.check)]);
    expect(of('The object plan of a comparison').toSorted()).toEqual([...keys(compare.plan)].toSorted());
    const backends = record('backends');
    expect(keys(backends).toSorted()).toEqual([...common, 'backends', 'native'].toSorted());
    expect(of('backends is a list')).toEqual(expect.arrayContaining([...keys(backends.backends)]));
  });

  test('stages sum to the whole within 5 %', () => {
    const { seconds, stages } = record('kernel', data, '--rows', '0:100', '--arch', 'fc', '--out', 'S.npy') as {
      readonly seconds: number;
      readonly stages: Readonly<Record<string, number>>;
    };
    const sum = Object.values(stages).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - seconds) / seconds).toBeLessThan(0.05);
  });
});
