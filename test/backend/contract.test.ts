import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lower } from '../../src/architecture/lower.js';
import type { Backend, ImageJobShape, RowJobShape, RowWork } from '../../src/backend/contract.js';
import { doorOf } from '../../src/backend/door.js';
import type { NetworkSizes, NetworkTask } from '../../src/backend/network.js';
import {
  BACKEND_IDS,
  type Forecast,
  isAccelerator,
  isWorthADevice,
  loadBackend,
  selectBackend,
  selectNetworkBackend,
} from '../../src/backend/select.js';
import type { TaskKind } from '../../src/backend/tasks.js';
import { type Architecture, presetArchitecture } from '../../src/index.js';
import { finiteNetwork } from '../../src/network/network.js';
import { keepNeeded } from '../../src/programme/needs.js';
import { weightsOf } from '../../src/vocabulary/operations.js';
import type { Programme } from '../../src/vocabulary/steps.js';
import { describe, expect, test } from '../jest.js';

const KINDS: readonly TaskKind[] = ['rows', 'images', 'network'];

const backends: readonly Backend[] = await Promise.all(BACKEND_IDS.map(loadBackend));
const named = backends.map((backend) => [backend.name, backend] as const);
const withDoor = (kind: TaskKind): typeof named => named.filter(([, { tasks }]) => tasks[kind] !== undefined);

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Numbers that never fall and rise in all: sizes are rounded to what a device takes. */
function expectGrowth(values: readonly number[]): void {
  expect(values.every((value) => Number.isFinite(value) && value > 0)).toBe(true);
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(values.at(-1)).toBeGreaterThan(values[0]);
}

function expectSizes(sizes: readonly number[]): void {
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.every((size) => Number.isSafeInteger(size) && size > 0)).toBe(true);
  // Largest first, each once.
  expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => b - a));
}

const programmeOf = (architecture: Architecture): Programme =>
  keepNeeded(lower(architecture, { positions: [8, 8], channels: 2 }, 'both'));

/** The network of a test as a device is given it, without weights. */
function networkTask(): Omit<NetworkTask, 'weights'> {
  const { operations, input, outputs } = finiteNetwork(presetArchitecture('fc', { depth: 2 }), [4, 6], { width: 16 });
  const methods = new Map(weightsOf(operations).map(({ path }) => [path, 'structured'] as const));
  return { kind: 'network', precision: 'f32', operations, input, outputs, methods, contraction: 'trace', apart: false };
}

test('every backend of the table answers to its name, and each is another', () => {
  expect(backends.map(({ name }) => name)).toEqual([...BACKEND_IDS]);
  expect(BACKEND_IDS.length).toBeGreaterThan(1);
});

describe.each(named)('%s', (name, backend) => {
  const { precisions, tasks } = backend;

  test('has doors for known kinds alone, one for rows among them, each in a folder of its own', () => {
    expect(Object.keys(tasks).filter((kind) => !KINDS.some((known) => known === kind))).toEqual([]);
    expect(tasks.rows).toBeDefined();
    expect(precisions.length).toBeGreaterThan(0);
    const folder = ['tfjs', 'tensorflow'].includes(name) ? 'tfjs' : name;
    for (const kind of KINDS) {
      expect([kind, existsSync(join(ROOT, 'kernels', folder, kind, 'index.ts'))]).toEqual([
        kind,
        tasks[kind] !== undefined,
      ]);
    }
  });

  test('rows: sizes fall, memory grows with tiles and outputs, time with features and steps', () => {
    const { tileSizes, memory, pace } = tasks.rows;
    expectSizes(tileSizes);
    for (const precision of precisions) {
      const shape: RowJobShape = {
        ...{ precision, steps: 5, columnCount: 4, outputs: 1, size: 64 },
        ...{ threads: 2, table: false, native: false },
      };
      expectGrowth([...tileSizes].reverse().map((size) => memory({ ...shape, size })));
      expectGrowth([1, 2].map((outputs) => memory({ ...shape, outputs })));
      const work: RowWork = { precision, features: 100, steps: 5, native: false };
      expectGrowth([1, 10, 1000].map((features) => pace({ ...work, features })));
      expectGrowth([1, 10, 1000].map((steps) => pace({ ...work, steps })));
      expect(pace({ ...work, native: true })).toBeLessThanOrEqual(pace(work));
    }
  });

  test('refuses a kind that it lacks, by the name of the kind', async () => {
    for (const kind of KINDS) {
      if (tasks[kind] !== undefined) expect(doorOf(backend, kind)).toBe(tasks[kind]);
      else expect(() => doorOf(backend, kind)).toThrow(`${name} was chosen for tasks of kind ${kind}`);
    }
    if (tasks.network !== undefined || name === 'host') return;
    const id = BACKEND_IDS.find((known) => known === name) ?? 'auto';
    const refused =
      `--backend ${name}: must be host, tfjs or tensorflow for ` + `finite networks, got ${name}. Leave it out.`;
    await expect(selectNetworkBackend(id, precisions[0])).rejects.toThrow(refused);
    await expect(selectBackend(id, precisions[0], 'network')).rejects.toThrow(refused);
  });
});

test.each(withDoor('images'))('images of %s: the same, with depth and where all positions meet', (_name, backend) => {
  const { precisions } = backend;
  const { tileSizes, memory, pace } = doorOf(backend, 'images');
  expectSizes(tileSizes);
  const [shallow, deep] = [1, 3].map((depth) => programmeOf(presetArchitecture('cntk', { depth })));
  const pooled = programmeOf(presetArchitecture('cntk', { depth: 3, head: 'gap' }));
  for (const precision of precisions) {
    const shape: ImageJobShape = {
      ...{ precision, programme: deep, outputs: 1, counts: [40, 0], size: 8, threads: 2 },
    };
    expectGrowth([...tileSizes].reverse().map((size) => memory({ ...shape, size })));
    expectGrowth([shallow, deep, pooled].map((programme) => pace({ precision, programme })));
  }
});

test.each(withDoor('network'))(
  'network of %s: memory grows with examples and outputs that go together',
  (_name, backend) => {
    const { precisions } = backend;
    const { memory, pace } = doorOf(backend, 'network');
    const sizes: NetworkSizes = { task: networkTask(), examples: 10, sides: 1, atOnce: 1 };
    expectGrowth([1, 10, 1000].map((examples) => memory({ ...sizes, examples })));
    expectGrowth([1, 10, 1000].map((atOnce) => memory({ ...sizes, atOnce })));
    expectGrowth(([1, 2] as const).map((sides) => memory({ ...sizes, sides })));
    for (const precision of precisions) expect(pace(precision)).toBeGreaterThan(0);
  },
);

describe('a backend for vectors only', () => {
  const { images: _images, ...others } = backends[0].tasks;
  const lacking: Backend = { ...backends[0], tasks: others };

  test('has no door for images, and is not asked for one', () => {
    expect(() => doorOf(lacking, 'images')).toThrow('chosen for tasks of kind images');
    expect(doorOf(lacking, 'rows')).toBe(others.rows);
  });
});

const canCompile = await selectBackend('compiled', 'f64').then(
  () => true,
  () => false,
);
const hasDevice = (await isAccelerator('webgpu')) || (await isAccelerator('tensorflow'));
/** Where nothing else than the processor is there to choose from. */
const onProcessor = canCompile && !hasDevice ? test : test.skip;

describe('auto', () => {
  test('takes a backend that has the door', async () => {
    for (const kind of ['rows', 'images'] as const) {
      for (const precision of ['f64', 'f32'] as const) {
        const { backend } = await selectBackend('auto', precision, kind);
        expect(backend.tasks[kind]).toBeDefined();
        expect(backend.precisions).toContain(precision);
      }
    }
  });

  test('asks for the length of a job, and for nothing else of a short one', async () => {
    for (const precision of ['f64', 'f32'] as const) {
      const asked: string[] = [];
      const forecast: Forecast = { seconds: ({ name }) => asked.push(name) * 0, work: () => 'work' };
      const { backend } = await selectBackend('auto', precision, 'rows', forecast);
      expect(asked).toEqual(backend.usesThreads ? [backend.name] : []);
      expect(backend.name).not.toBe('compiled');
      expect(isWorthADevice(precision, 3600)).toBe(true);
      expect(isWorthADevice(precision, 1)).toBe(precision === 'f32');
    }
  });

  // Seconds on host, and on compiled; what is then taken where there is no GPU and the library is not there yet.
  onProcessor('compiles where that saves more than it takes', async () => {
    for (const kind of ['rows', 'images'] as const) {
      for (const precision of ['f64', 'f32'] as const) {
        for (const [host, compiled, taken] of [
          [10, 2, 'compiled'],
          [3, 2, 'host'],
          [0.3, 0, 'host'],
          [10, 9.9, 'host'],
        ] as const) {
          const seconds = ({ name }: Backend): number => (name === 'compiled' ? compiled : host);
          const work = (): string => 'never compiled';
          expect((await selectBackend('auto', precision, kind, { seconds, work })).backend.name).toBe(taken);
        }
      }
    }
  });

  onProcessor('takes what was compiled before where it saves some tenths', async () => {
    const { compiling } = await loadBackend('compiled');
    const work = `work of process ${process.pid}`;
    await compiling?.keep(work);
    for (const [host, taken] of [
      [1, 'compiled'],
      [0.1, 'host'],
    ] as const) {
      const forecast: Forecast = { seconds: ({ name }) => (name === 'compiled' ? 0 : host), work: () => work };
      expect((await selectBackend('auto', 'f32', 'rows', forecast)).backend.name).toBe(taken);
    }
  });

  test('leaves finite networks to their own engine', async () => {
    // It is none of the table.
    expect(await selectNetworkBackend('host', 'f64')).toBeNull();
  });
});
