import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { writeNpz } from '../../../src/data/write/npz.js';

/** How an array is laid out in a file. */
interface Layout {
  readonly ending: string;
  /** What is read of a number. */
  readonly rounded: (value: number) => number;
  /** Bytes of an array `[rows, columns]`. */
  readonly bytes: (values: Float64Array, rows: number, columns: number) => Uint8Array;
}

function npy(descr: string, shape: readonly number[], fortran: boolean, body: Uint8Array): Uint8Array {
  const dictionary =
    `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ` +
    `(${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const length = 64 * Math.ceil((10 + dictionary.length + 1) / 64) - 10;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(length, 8);
  return Buffer.concat([head, Buffer.from(`${dictionary.padEnd(length - 1)}\n`), body]);
}

function turned(values: Float64Array, rows: number, columns: number): Float64Array {
  return values.map((_, k) => values[(k % rows) * columns + Math.floor(k / rows)]);
}

function bigEndian(values: Float64Array): Uint8Array {
  return Buffer.from(values.slice().buffer).swap64();
}

function text(values: Float64Array, rows: number, columns: number): Uint8Array {
  const line = (i: number): string => Array.from(values.subarray(i * columns, (i + 1) * columns), String).join(',');
  return Buffer.from(`${Array.from({ length: rows }, (_, i) => line(i)).join('\n')}\n`);
}

const bytesOf = (a: Float64Array | Float32Array | Int32Array): Uint8Array => new Uint8Array(a.slice().buffer);

const same = (value: number): number => value;

/** Layouts that matrices are stored in. */
export const LAYOUTS = {
  npy: { ending: '.npy', rounded: same, bytes: (v, r, c) => npy('<f8', [r, c], false, bytesOf(v)) },
  fortran: { ending: '.npy', rounded: same, bytes: (v, r, c) => npy('<f8', [r, c], true, bytesOf(turned(v, r, c))) },
  'big endian': { ending: '.npy', rounded: same, bytes: (v, r, c) => npy('>f8', [r, c], false, bigEndian(v)) },
  singles: {
    ending: '.npy',
    rounded: Math.fround,
    bytes: (v, r, c) => npy('<f4', [r, c], false, bytesOf(Float32Array.from(v))),
  },
  integers: {
    ending: '.npy',
    rounded: Math.trunc,
    bytes: (v, r, c) => npy('<i4', [r, c], false, bytesOf(Int32Array.from(v))),
  },
  csv: { ending: '.csv', rounded: same, bytes: text },
  'csv.gz': { ending: '.csv.gz', rounded: same, bytes: (v, r, c) => gzipSync(text(v, r, c)) },
} as const satisfies Readonly<Record<string, Layout>>;

/** Name of a layout, `npz` among them. */
export type LayoutName = keyof typeof LAYOUTS | 'npz';

/** Writes an array and returns the path to read it by. */
export async function store(
  stem: string,
  layout: LayoutName,
  values: Float64Array,
  shape: readonly [number, number],
): Promise<string> {
  if (layout === 'npz') {
    await writeNpz(`${stem}.npz`, { K: { data: values, shape } });
    return `${stem}.npz:K`;
  }
  const { ending, bytes } = LAYOUTS[layout];
  writeFileSync(`${stem}${ending}`, bytes(values, ...shape));
  return `${stem}${ending}`;
}
