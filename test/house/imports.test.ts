import { cycles } from '../../scripts/measures/cycles.js';
import { betweenRooms, type Import, importsOf } from '../../scripts/measures/imports.js';
import { describe, expect, test } from '../jest.js';
import { sources } from './sources.js';

/**
 * Stages in the order of the flow: a file imports only from its own stage or an earlier one. The first prefix that fits
 * counts.
 */
const STAGES: readonly (readonly string[])[] = [
  ['src/printable.ts', 'src/message.ts', 'src/errors.ts'],
  ['src/vocabulary/'],
  ['src/platform/'],
  ['src/data/'],
  ['src/programme/'],
  ['src/layers/'],
  ['src/architecture/'],
  ['src/backend/'],
  ['kernels/'],
  ['src/linalg/'],
  ['src/store/'],
  ['src/operators/'],
  ['src/kernel/'],
  ['src/network/'],
  ['src/empirical/'],
  ['src/sources/'],
  ['src/spectrum/'],
  ['src/regression/'],
  ['src/compare/'],
  ['src/papers/'],
  ['src/report/'],
  ['src/bench/'],
  ['src/index.ts', 'src/browser.ts'],
  ['src/cli/'],
];

function stageOf(path: string): number {
  return STAGES.findIndex((prefixes) => prefixes.some((prefix) => path.startsWith(prefix)));
}

/** The chooser of backends loads kernels, which are a later stage, on demand; nothing else may. */
function isChoiceOfBackend({ from, to, kind }: Import): boolean {
  return kind === 'dynamic' && from.startsWith('src/backend/') && to.startsWith('kernels/');
}

describe('one-way stages', () => {
  const files = sources('src', 'kernels').filter(({ path }) => !path.startsWith('kernels/host/assembly/'));
  const edges = files.flatMap(importsOf);

  test('every file belongs to a stage', () => {
    expect(files.map(({ path }) => path).filter((path) => stageOf(path) < 0)).toEqual([]);
  });

  test('a file imports only from its own stage or an earlier one', () => {
    const backward = edges.filter((edge) => stageOf(edge.to) > stageOf(edge.from) && !isChoiceOfBackend(edge));
    expect(backward.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test('a backend does not import another backend', () => {
    const folder = (path: string): string => path.split('/').slice(0, 2).join('/');
    const crossing = edges.filter(
      ({ from, to }) => /^kernels\/[^/]+\//.test(from) && /^kernels\/[^/]+\//.test(to) && folder(from) !== folder(to),
    );
    expect(crossing.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test('imported files exist', () => {
    const known = new Set(sources('src', 'kernels').map(({ path }) => path));
    expect(
      edges.filter(({ to }) => to.endsWith('.ts') && !known.has(to)).map(({ from, to }) => `${from}: ${to}`),
    ).toEqual([]);
  });

  test('no cycles of files by values: types vanish in the compiled files, and a dynamic import runs later', () => {
    expect(cycles(edges, 'values')).toEqual([]);
  });

  test('no cycles of files by types', () => {
    expect(cycles(edges, 'types')).toEqual([]);
  });

  test('no cycles of rooms, by types neither; the chooser of backends loads kernels on demand', () => {
    const between = betweenRooms(edges.filter((edge) => !isChoiceOfBackend(edge)));
    expect(cycles(between, 'all')).toEqual([]);
  });
});
