import { npyOf } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';
import { nativePlaces } from '../kernels/backends.js';
import { bench, numbers } from './ntk.js';

const at = bench();
const NETWORK = ['--arch', 'fc', '--depth', '1'];

/** A call of every command that computes kernels, on 40 rows. */
const CALLS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['kernel', ['kernel', 'rows.npy', ...NETWORK, '--out', 'K.npy']],
  ['kernel --plan', ['kernel', 'rows.npy', ...NETWORK, '--plan']],
  ['eigs', ['eigs', 'rows.npy', ...NETWORK, '-k', '3']],
  ['eigs of a finite network', ['eigs', 'rows.npy', ...NETWORK, '-k', '3', '--width', '8']],
  ['eigs of a stored matrix', ['eigs', 'stored.npy', '-k', '3']],
  ['regress', ['regress', 'rows.npy', 'rows.npy', ...NETWORK, '--labels', 'labels.csv']],
  [
    'regress of a finite network',
    ['regress', 'rows.npy', 'rows.npy', ...NETWORK, '--labels', 'labels.csv', '--width', '8'],
  ],
  ['empirical', ['empirical', 'rows.npy', ...NETWORK, '--width', '8', '--out', 'E.npy']],
  ['compare', ['compare', 'rows.npy', ...NETWORK, '--widths', '4', '--seeds', '1', '--out', 'C']],
];

/** Every value that stands as `native` anywhere in a record. */
function natives(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...(key === 'native' ? [inner] : []), ...natives(inner)]);
}

async function record(args: readonly string[], native: string): Promise<object> {
  at.write('rows.npy', npyOf([40, 5], numbers(200)));
  at.write('labels.csv', `y\n${Array.from({ length: 40 }, (_, i) => i % 2).join('\n')}\n`);
  const identity = Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 + i : 0));
  at.write('stored.npy', npyOf([4, 4], identity));
  const files = args.includes('--out') ? ['--force'] : [];
  const { code, stdout, stderr } = await at.ntk(...args, ...files, '--native', native, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
}

describe('native in a record is the library that computed products, wherever it stands', () => {
  test.each(CALLS)('of %s: null with --native off', async (_name, args) => {
    const found = natives(await record(args, 'off'));
    expect(found.length).toBeGreaterThan(0);
    expect([...new Set(found)]).toEqual([null]);
  });

  const [library] = nativePlaces();
  if (library === undefined) return;

  test.each(CALLS)('of %s: its name, the same everywhere, with that library', async (name, args) => {
    const found = [...new Set(natives(await record(args, library)))];
    const expected = name.includes('stored') ? [null] : [expect.stringMatching(/^\S*(BLAS|blas).*[^s]$/)];
    expect(found).toEqual(expected);
    expect(String(found[0])).not.toMatch(/thread/);
  });
});
