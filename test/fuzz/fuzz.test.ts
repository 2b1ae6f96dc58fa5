import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { host } from '../../kernels/host/backend.js';
import type { Backend, BackendTasks } from '../../src/backend/contract.js';
import { doorOf } from '../../src/backend/door.js';
import type { KernelJob, Tile } from '../../src/backend/tile.js';
import { describe, expect, test } from '../jest.js';
import { COMBINATIONS } from '../kernels/backends.js';
import type { Case } from './compute.js';
import { drawCase, fuzz } from './fuzz.js';
import { KINDS, type LayerJson } from './layers.js';
import { shrink } from './shrink.js';

/** A new one every time; it stands in the titles, and $NTK_FUZZ_SEED takes it up again. */
const SEED = Number(process.env.NTK_FUZZ_SEED ?? Math.floor(Date.now() / 1000) % 1_000_000);

/** Networks by backend: as many as take some seconds. */
const COUNTS: Readonly<Record<string, number>> = { host: 250, tfjs: 25, tensorflow: 25, webgpu: 4 };

const BACKENDS = [...new Set(COMBINATIONS.map(({ backend }) => backend))].filter((name) => name in COUNTS);

/** In a process of its own: in Jest's modules each look at a global takes as long as a formula. */
const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

describe(`random networks, seed ${SEED}`, () => {
  test.each(BACKENDS)('%s agrees with reference', async (name) => {
    const options = ['--backend', name, '--seed', String(SEED), '--count', String(COUNTS[name])];
    const { status, output } = await new Promise<{ status: unknown; output: string }>((resolve) => {
      execFile(
        process.execPath,
        [MAIN, ...options],
        { env: { ...process.env, NODE_OPTIONS: '' } },
        (error, stdout, stderr) => {
          resolve({ status: error?.code ?? 0, output: `${stdout}${error === null ? '' : stderr}` });
        },
      );
    });
    expect(output).toContain(`seed ${SEED}, cases 0 to ${COUNTS[name]}: 0 wrong`);
    expect(status).toBe(0);
  });
});

/** Kinds of neighbours, in order, in all lists of a network. */
function neighbours(layers: readonly LayerJson[], length: number): string[] {
  const kinds = layers.map(({ kind }) => kind);
  const own = kinds.slice(length - 1).map((_, k) => kinds.slice(k, k + length).join(' '));
  return [
    ...own,
    ...layers.flatMap(({ branch = [], skip = [] }) => [...neighbours(branch, length), ...neighbours(skip, length)]),
  ];
}

const POSITIONS = ['conv', 'avgPool', 'flatten', 'globalAvgPool', 'pixel'];
const READOUTS = ['flatten', 'globalAvgPool', 'pixel'];
const LINEAR = ['dense', 'conv', 'residual', 'avgPool', 'layerNorm', ...READOUTS];

/**
 * Whether the format allows one kind directly behind the other: maps read Gaussian states, and behind a readout there
 * are no positions.
 */
function isAllowed(first: string, second: string): boolean {
  if (POSITIONS.includes(second) && READOUTS.includes(first)) return false;
  const needsGaussian = !['dense', 'conv', 'residual', 'avgPool', ...READOUTS].includes(second);
  return !needsGaussian || LINEAR.includes(first);
}

test('every ordered pair of layers that the format allows is drawn, and triples around pools and readouts', () => {
  const [pairs, triples] = [new Set<string>(), new Set<string>()];
  for (let index = 0; index < 6000; index++) {
    const { layers } = drawCase(1, index).network.json;
    for (const pair of neighbours(layers, 2)) pairs.add(pair);
    for (const triple of neighbours(layers, 3)) {
      const middle = triple.split(' ')[1];
      if (middle === 'avgPool' || READOUTS.includes(middle)) triples.add(triple);
    }
  }
  const allowed = KINDS.flatMap((a) => KINDS.filter((b) => isAllowed(a, b)).map((b) => `${a} ${b}`));
  expect(allowed.filter((pair) => !pairs.has(pair))).toEqual([]);
  expect([...pairs].filter((pair) => !allowed.includes(pair))).toEqual([]);
  expect(triples.size).toBeGreaterThan(400);
});

/** The host with something done to the entries of each tile. */
function spoiled(
  spoil: (values: Float32Array | Float64Array, stride: number, rows: number, columns: number) => void,
): Backend {
  const wrap = (job: KernelJob): KernelJob => ({
    concurrency: job.concurrency,
    nearPairs: 0,
    close: () => job.close(),
    async compute(range, transposed): Promise<Tile> {
      const tile = await job.compute(range, transposed);
      return {
        range,
        release: () => tile.release(),
        async read(output) {
          const data = await tile.read(output);
          spoil(data.values, data.stride, range.rows, range.columns);
          return data;
        },
      };
    },
  });
  const { rows } = host.tasks;
  const images = doorOf(host, 'images');
  const tasks: BackendTasks = {
    rows: { ...rows, open: async (task, options) => wrap(await rows.open(task, options)) },
    images: { ...images, open: async (task, options) => wrap(await images.open(task, options)) },
  };
  return { ...host, tasks };
}

describe('what is put in on purpose is found', () => {
  test.each<[string, Parameters<typeof spoiled>[0]]>([
    [
      'a last digit too many',
      (values) =>
        values.forEach((v, k) => {
          values[k] = v * (1 + 1e-9);
        }),
    ],
    [
      'a wrong sign off the diagonal',
      (values, stride) =>
        values.forEach((v, k) => {
          if (k % (stride + 1) > 0) values[k] = -v;
        }),
    ],
    [
      'a stale entry',
      (values) => {
        values[1] = values[0];
      },
    ],
    [
      'a NaN',
      (values) => {
        values[0] = Number.NaN;
      },
    ],
  ])('%s', async (_name, spoil) => {
    const subjects = [{ backend: spoiled(spoil), precision: 'f64' as const }];
    const { findings } = await fuzz({ seed: 5, count: 200, subjects, shrinks: false });
    expect(findings.length).toBe(1);
  });

  test('a finding is made as small as it gets', async () => {
    const holds = ({ network }: Case): boolean => neighbours(network.json.layers, 2).includes('avgPool layerNorm');
    let index = 0;
    while (!holds(drawCase(8, index))) index += 1;
    const { network, x } = await shrink(drawCase(8, index), async (smaller) => holds(smaller));
    expect(network.json.layers).toEqual([{ kind: 'avgPool', window: expect.anything() }, { kind: 'layerNorm' }]);
    expect(x.shape.every((n) => n === 1)).toBe(true);
  });
});
