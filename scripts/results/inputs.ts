/**
 * What the commands of scripts/same-results.ts read: the digits of the repository, and files made here, the same on
 * every machine.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Layers = readonly Readonly<Record<string, unknown>>[];

/** Networks of one file each, with every layer that no preset has. */
const NETWORKS: Readonly<Record<string, Layers>> = {
  smooth: [
    { kind: 'dense', biasStd: 0.3 },
    { kind: 'gelu' },
    { kind: 'dense', biasStd: 0.1, biasInit: 'zero' },
    { kind: 'erf' },
    { kind: 'dense', weightStd: 1.2 },
    { kind: 'elu' },
    { kind: 'dense', train: 0.5 },
    { kind: 'sin' },
    { kind: 'dense' },
    { kind: 'cos' },
    { kind: 'dense' },
  ],
  kinked: [
    { kind: 'dense', biasStd: 0.5 },
    { kind: 'leakyRelu', slope: 0.2 },
    { kind: 'dense' },
    { kind: 'layerNorm' },
    {
      kind: 'residual',
      alpha: 0.7,
      branch: [{ kind: 'dense' }, { kind: 'abs' }, { kind: 'dense', train: false }],
      skip: [{ kind: 'dense', weightStd: 0.5 }],
    },
    { kind: 'relu' },
    { kind: 'dense', weightStd: Math.SQRT2 },
  ],
  gate: [{ kind: 'dense', train: false }, { kind: 'step' }, { kind: 'dense' }],
  'smooth-image': [
    { kind: 'conv', filter: [3, 3], padding: 'same', biasStd: 0.2 },
    { kind: 'gelu' },
    { kind: 'avgPool', window: [2, 2] },
    { kind: 'conv', filter: [2, 2], padding: 'valid', weightStd: 1.3 },
    { kind: 'layerNorm' },
    { kind: 'erf' },
    { kind: 'conv', filter: [2, 1], stride: [2, 1] },
    { kind: 'globalAvgPool' },
    { kind: 'dense' },
  ],
  sequence: [
    { kind: 'conv', filter: [3], padding: 'same' },
    { kind: 'elu' },
    { kind: 'conv', filter: [2], stride: [2] },
    { kind: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense' },
  ],
};

/**
 * Numbers of a normal distribution, nearly: sums of twelve of a linear congruence, exact in doubles and so the same
 * everywhere.
 */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  return () => {
    let sum = -6;
    for (let k = 0; k < 12; k++) sum += uniform();
    return sum;
  };
}

function npy(data: Float64Array | Int32Array, shape: readonly number[]): Buffer {
  const type = data instanceof Float64Array ? '<f8' : '<i4';
  const text =
    `{'descr': '${type}', 'fortran_order': False, 'shape': ` +
    `(${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const header = `${text.padEnd(128 - 11)}\n`;
  const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  return Buffer.concat([head, Buffer.from(header, 'latin1'), Buffer.from(data.buffer)]);
}

function random(seed: number, ...shape: readonly number[]): Float64Array {
  const next = normals(seed);
  return Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next);
}

/** Rows among which are a zero row, a duplicate, a near duplicate, an antipode, and a near antipode. */
function awkward(rows: number, columns: number): Float64Array {
  const x = random(5, rows, columns);
  const row = (k: number): Float64Array => x.subarray(k * columns, (k + 1) * columns);
  row(1).fill(0);
  row(2).set(row(0));
  row(4).set(row(3).map((value, k) => value * (1 + (k % 3) * 1e-9)));
  row(5).set(row(3).map((value) => -value));
  row(6).set(row(3).map((value, k) => -value * (1 + (k % 2) * 1e-7)));
  return x;
}

/** A table with a header, a column of words as labels, and one with an index. */
function words(): string {
  const next = normals(9);
  const lines = Array.from({ length: 36 }, (_, k) =>
    [k, ...Array.from({ length: 5 }, () => (next() + (k % 3)).toFixed(6)), ['oak', 'elm', 'ash'][k % 3]].join(','),
  );
  return ['id,a,b,c,d,e,tree', ...lines, ''].join('\n');
}

/**
 * Writes all of it into a folder: `digits/` as in the repository at `root`, networks as `networks/NAME.json`, and
 * arrays.
 */
export function writeInputs(root: string, folder: string): void {
  mkdirSync(join(folder, 'networks'), { recursive: true });
  cpSync(join(root, 'data/digits'), join(folder, 'digits'), { recursive: true });
  for (const [name, layers] of Object.entries(NETWORKS)) {
    writeFileSync(
      join(folder, `networks/${name}.json`),
      JSON.stringify({ format: 'ntk-architecture/1', name, layers }),
    );
  }
  const arrays: Readonly<Record<string, readonly [data: Float64Array | Int32Array, shape: readonly number[]]>> = {
    awkward: [awkward(40, 12), [40, 12]],
    'other-rows': [random(6, 17, 12), [17, 12]],
    images: [random(7, 14, 6, 6, 2), [14, 6, 6, 2]],
    'other-images': [random(8, 9, 6, 6, 2), [9, 6, 6, 2]],
    sequences: [random(10, 15, 8, 3), [15, 8, 3]],
    targets: [random(11, 40, 2), [40, 2]],
    classes: [Int32Array.from({ length: 40 }, (_, k) => (k * k) % 3), [40]],
  };
  for (const [name, [data, shape]] of Object.entries(arrays))
    writeFileSync(join(folder, `${name}.npy`), npy(data, shape));
  writeFileSync(join(folder, 'words.csv'), words());
}
