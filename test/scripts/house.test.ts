import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cycles } from '../../scripts/measures/cycles.js';
import { type House, measureHouse, summary } from '../../scripts/measures/house.js';
import type { Import, ImportKind } from '../../scripts/measures/imports.js';
import { spread } from '../../scripts/measures/sizes.js';
import { comparisonText, houseText } from '../../scripts/measures/text.js';
import { ROOT } from '../house/sources.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';

const FILES: Readonly<Record<string, string>> = {
  'src/errors.ts': '/** An error. */\nexport class Trouble extends Error {}\n',
  'src/words/steps.ts': `
/** A source. */
export interface Inner { readonly op: 'inner' }
/** A sum. */
export type Sum = { readonly op: 'sum'; readonly constant: number };
/** A map. */
export type ScalarMap = { readonly map: 'sine' } | { readonly map: 'threshold' };
/** A step. */
export type Step = Inner | (Sum | { readonly op: 'dual' | 'dualDerivative'; readonly phi: ScalarMap });
`,
  'src/words/RULES.ts': `
import type { Step } from './steps.js';
import { Trouble } from '../errors.js';
/** Rules. */
export const RULES = { inner: 1, sum: 2, dual: 3, dualDerivative: 4 } satisfies Record<Step['op'], number>;
export function rule(op: Step['op']): number {
  if (RULES[op] === 0) throw new Trouble();

  return RULES[op];
}
`,
  'src/rooms/a.ts': `
import { type Step } from '../words/steps.js';
import { b } from './b.js';
/** A. */
export const a = (step: Step): boolean => step.op === 'sum' || b.sum === 3;
`,
  'src/rooms/deep/c.ts': `
/** C. */
export type C = typeof import('../../words/RULES.js');
/** Loads. */
export const load = async (): Promise<unknown> => import('../../words/steps.js'); // ${'.'.repeat(60)}
`,
  'src/rooms/b.ts': `
import type { a } from './a.js';
/** B. */
export const b = { sum: 3, text: 'sum', none: null as typeof a | null };
`,
  'kernels/host/backend.ts': "export { a } from '../../src/rooms/a.js';\n",
  'kernels/host/assembly/index.ts': 'export const notRead = 1;\n',
};

let root = '';
let house: House;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ntk-house-test-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  house = measureHouse(root);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a small house', () => {
  test('has these rooms, and imports between them', () => {
    expect(house.rooms.map(({ room, folders, files }) => [room, folders, files])).toEqual([
      ['kernels/host', 1, 1],
      ['rooms', 2, 3],
      ['src/errors.ts', 1, 1],
      ['words', 1, 2],
    ]);
    expect(house.imports).toEqual([
      { from: 'kernels/host', to: 'rooms', value: 1, type: 0, dynamic: 0 },
      { from: 'rooms', to: 'words', value: 0, type: 2, dynamic: 1 },
      { from: 'words', to: 'src/errors.ts', value: 1, type: 0, dynamic: 0 },
    ]);
  });

  test('has a cycle of files where types are followed too', () => {
    expect(house.fileCycles).toMatchObject({ values: [], types: [] });
    expect(house.fileCycles['values and types']).toEqual([['src/rooms/a.ts', 'src/rooms/b.ts']]);
    expect(house.roomCycles.all).toEqual([]);
  });

  test('breaks these rules', () => {
    expect(house.undocumented).toEqual(['src/words/RULES.ts: rule']);
    expect(house.wideLines).toEqual(['src/rooms/deep/c.ts:5: 145']);
    expect(house.otherNames).toEqual(['src/words/RULES.ts']);
    expect(house.bodies).toMatchObject({ count: 1, max: 3, largest: 'src/words/RULES.ts#rule' });
  });

  test('names its steps in these files', () => {
    const [steps, rules] = ['src/words/steps.ts', 'src/words/RULES.ts'];
    expect(house.steps.map(({ word }) => word)).toEqual(['inner', 'sum', 'dual', 'dualDerivative']);
    expect(house.steps[1]).toEqual({
      word: 'sum',
      named: ['src/rooms/a.ts', 'src/rooms/b.ts', rules, steps],
      meant: ['src/rooms/a.ts', rules, steps],
    });
    expect(house.maps).toEqual([
      { word: 'sine', named: [steps], meant: [steps] },
      { word: 'threshold', named: [steps], meant: [steps] },
    ]);
  });

  test('names the words that it is asked for, where no types tell', () => {
    expect(measureHouse(root, { stepType: 'Stage' }).steps).toEqual([]);
    expect(measureHouse(root, { steps: ['text'] }).steps).toEqual([
      { word: 'text', named: ['src/rooms/b.ts'], meant: [] },
    ]);
  });

  test('is shown whole, and beside another', () => {
    const text = houseText(house);
    for (const part of [
      'rooms -> words',
      'cycles of files, values: none',
      'src/words/RULES.ts: rule',
      'dualDerivative',
    ]) {
      expect(text).toContain(part);
    }
    const [head, first] = comparisonText(['before', 'after'], [house, { ...house, rooms: [] }]).split('\n');
    expect(head).toMatch(/^ +before +after$/);
    expect(first).toMatch(/^rooms +4 +0$/);
  });
});

describe('cycles', () => {
  const edge = (from: string, to: string, kind: ImportKind = 'value'): Import => ({ from, to, kind });

  test('are groups in which each reaches every other', () => {
    const two = [edge('a', 'b'), edge('b', 'c'), edge('c', 'b'), edge('d', 'a'), edge('c', 'e'), edge('e', 'b')];
    expect(cycles(two, 'values')).toEqual([['b', 'c', 'e']]);
    expect(cycles([...two, edge('b', 'd')], 'values')).toEqual([['a', 'b', 'c', 'd', 'e']]);
    expect(cycles([edge('x', 'y'), edge('y', 'x'), edge('p', 'q'), edge('q', 'p'), edge('x', 'q')], 'values')).toEqual([
      ['p', 'q'],
      ['x', 'y'],
    ]);
  });

  test('are of the kinds that are followed', () => {
    const mixed = [edge('a', 'b'), edge('b', 'a', 'type'), edge('c', 'a'), edge('b', 'c', 'dynamic')];
    expect(cycles(mixed, 'values')).toEqual([]);
    expect(cycles(mixed, 'types')).toEqual([]);
    expect(cycles(mixed, 'values and types')).toEqual([['a', 'b']]);
    expect(cycles(mixed, 'all')).toEqual([['a', 'b', 'c']]);
  });
});

test('quantiles are by nearest rank', () => {
  const sizes = Array.from({ length: 100 }, (_, k) => ({ name: `f${k}`, lines: 100 - k }));
  expect(spread(sizes)).toEqual({ count: 100, median: 50, p90: 90, p99: 99, max: 100, largest: 'f0' });
  expect(spread([])).toMatchObject({ count: 0, max: 0, largest: null });
});

test('of this repository the steps and maps are found, and every export has a doc comment', () => {
  const here = measureHouse(ROOT);
  expect(here.steps.map(({ word }) => word)).toEqual(
    expect.arrayContaining(['inner', 'sum', 'dual', 'window', 'pixel']),
  );
  expect(here.maps.length).toBeGreaterThanOrEqual(7);
  expect(here.steps.every(({ named, meant }) => named.length >= meant.length && meant.length > 0)).toBe(true);
  expect(summary(here)).toMatchObject({ 'exports without doc comment': '0' });
});
