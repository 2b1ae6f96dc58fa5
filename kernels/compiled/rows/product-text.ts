import type { Precision } from '../../../src/data/array.js';
import { laneCount, type Target } from '../vector.js';

/**
 * Rows of x and vectors of rows of z whose products stay in registers together: 24 accumulators where there are 32
 * registers, else 12.
 */
const BLOCK: Readonly<Record<Target['bits'], readonly [number, number]>> = { 512: [8, 3], 256: [6, 2], 128: [6, 2] };

/** Rows of x in a packed panel, and rows of z. */
export function panelsOf(target: Target, precision: Precision): readonly [number, number] {
  const [rows, vectors] = BLOCK[target.bits];
  return [rows, vectors * laneCount(target, precision)];
}

const range = (n: number): readonly number[] => Array.from({ length: n }, (_, k) => k);

/** One block of products: each row of a panel of x against all vectors of a panel of z. */
function blockText([rows, vectors]: readonly [number, number]): string {
  const accumulators = range(rows).flatMap((i) => range(vectors).map((j) => `c${i}_${j}`));
  return `INLINE void block(const T *a, const T *b, int64_t depth, T *c, int64_t stride, int64_t add) {
  V ${accumulators.map((name) => `${name} = splat(0)`).join(', ')};
  for (int64_t k = 0; k < depth; k++) {
    V ${range(vectors)
      .map((j) => `b${j} = load(b + ${j} * LANES)`)
      .join(', ')}, x;
${range(rows)
  .map(
    (i) =>
      `    x = splat(a[${i}]); ${range(vectors)
        .map((j) => `c${i}_${j} = madd(x, b${j}, c${i}_${j});`)
        .join(' ')}`,
  )
  .join('\n')}
    a += ${rows};
    b += ${vectors} * LANES;
  }
${range(rows)
  .flatMap((i) => range(vectors).map((j) => `  put(c + ${i} * stride + ${j} * LANES, c${i}_${j}, add);`))
  .join('\n')}
}`;
}

/** The matrix product of packed panels, C (+)= A B', and the packing. */
export function productText(target: Target): string {
  const block = BLOCK[target.bits];
  return `// Arguments: source, its stride, rows, rows with padding, first feature, features, target, rows of a panel.
int64_t pack(uint8_t *memory, const int64_t *a) {
  const int64_t stride = a[1], count = a[2], padded = a[3], depth = a[5], width = a[7];
  const T *src = (const T *)(memory + a[0]) + a[4];
  T *dst = (T *)(memory + a[6]);
  enum { SOME = 16 };
  for (int64_t row = 0; row < padded; row += width) {
    for (int64_t first = 0; first < depth; first += SOME) {
      const int64_t end = depth - first < SOME ? depth : first + SOME;
      for (int64_t i = 0; i < width; i++) {
        const T *from = src + (row + i) * stride;
        if (row + i < count) for (int64_t k = first; k < end; k++) dst[k * width + i] = from[k];
        else for (int64_t k = first; k < end; k++) dst[k * width + i] = 0;
      }
    }
    dst += depth * width;
  }
  return 0;
}

INLINE void put(T *at, V v, int64_t add) { store(at, add ? load(at) + v : v); }

${blockText(block)}

// Arguments: panels of x, panels of z, rows, columns, features, result, its stride, whether to add, whether blocks
// below the diagonal are left out.
int64_t multiply(uint8_t *memory, const int64_t *a) {
  enum { ROWS = ${block[0]}, COLUMNS = ${block[1]} * LANES };
  const int64_t rows = a[2], columns = a[3], depth = a[4], stride = a[6];
  const T *x = (const T *)(memory + a[0]), *z = (const T *)(memory + a[1]);
  T *c = (T *)(memory + a[5]);
  for (int64_t j = 0; j < columns; j += COLUMNS) {
    const int64_t last = a[8] && j + COLUMNS < rows ? j + COLUMNS : rows;
    for (int64_t i = 0; i < last; i += ROWS)
      block(x + i * depth, z + j * depth, depth, c + i * stride + j, stride, a[7]);
  }
  return 0;
}`;
}
