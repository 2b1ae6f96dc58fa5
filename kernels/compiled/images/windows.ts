import type { ImageValue } from '../../../src/programme/images/instructions.js';
import type { Frame, WindowReads } from './geometry.js';
import type { Loop } from './loop.js';

/** Taps on an axis up to which sums are written out. */
const WRITTEN = 7;

const plus = (terms: readonly string[]): string => terms.reduce((sum, term) => `(${sum} + ${term})`);

/** The two sides of a signed cosine distance are added up apart. */
type Side = (vector: string) => string;

const asItIs: Side = (vector) => vector;

/** Where a window begins in a list, at the first cell of a row. */
function startOf(loop: Loop, list: string, reads: WindowReads, frame: Frame): string {
  const [sy, sx] = reads.stride;
  const at = loop.name('l');
  const row = `(${sy === 1 ? 'y' : `y * ${sy}`} + ${frame.top - reads.before[0]}) * ${frame.pitch}`;
  const column = `${sx === 1 ? 'x' : `x * ${sx}`} + ${frame.left - reads.before[1]}`;
  loop.row.push(`const T *const ${at} = ${list} + (${row} + ${column}) * LANES;`);
  return at;
}

/** Sums of columns, each of which serves all windows that hold it. */
function slidingSum(loop: Loop, at: string, [height, width]: readonly [number, number], pitch: number, side: Side) {
  const column = (k: string): string =>
    plus(
      Array.from({ length: height }, (_, row) =>
        side(`load(${at} + (${k}${row === 0 ? '' : ` + ${row * pitch}`}) * LANES)`),
      ),
    );
  const names = Array.from({ length: width }, () => loop.name('s'));
  const last = names[width - 1];
  names.slice(0, -1).forEach((name, k) => {
    loop.row.push(`V ${name} = ${column(String(k))};`);
  });
  loop.body.push(`const V ${last} = ${column(`i + ${width - 1}`)};`);
  names.slice(0, -1).forEach((name, k) => {
    loop.next.push(`${name} = ${names[k + 1]};`);
  });
  return plus(names);
}

/** Sum over the taps of a window, column by column, each at its place. */
function writtenSum(loop: Loop, at: string, reads: WindowReads, pitch: number, side: Side): string {
  const [height, width] = reads.filter;
  const cell = reads.stride[1] === 1 ? 'i' : `i * ${reads.stride[1]}`;
  const column = (k: number): string =>
    plus(Array.from({ length: height }, (_, row) => side(`load(${at} + (${cell} + ${k + row * pitch}) * LANES)`)));
  return loop.fresh(plus(Array.from({ length: width }, (_, k) => column(k))));
}

/** Sum over the taps of a window by loops: rows one after the other, so that long sums keep their digits. */
function loopedSum(loop: Loop, at: string, reads: WindowReads, pitch: number, side: Side): string {
  const [height, width] = reads.filter;
  const total = loop.name('s');
  const here = `${at} + (i * ${reads.stride[1]} + k + row * ${pitch}) * LANES`;
  loop.body.push(
    `V ${total} = ZERO;`,
    `for (int row = 0; row < ${height}; row++) {`,
    '  V part = ZERO;',
    `  for (int k = 0; k < ${width}; k++) part += ${side(`load(${here})`)};`,
    `  ${total} += part;`,
    '}',
  );
  return total;
}

/** The sum of a value over the taps of a window; `side` picks what is added up of each. */
export function windowSum(loop: Loop, of: ImageValue, reads: WindowReads, side: Side = asItIs): string {
  const list = loop.list(of);
  const frame = loop.in.frames[reads.from];
  const at = startOf(loop, list, reads, frame);
  if (!reads.filter.every((n) => n <= WRITTEN)) return loopedSum(loop, at, reads, frame.pitch, side);
  const slides = reads.stride.every((n) => n === 1);
  return slides
    ? slidingSum(loop, at, reads.filter, frame.pitch, side)
    : writtenSum(loop, at, reads, frame.pitch, side);
}

/** Numbers of a frame as an initialiser of `Grid`. */
export function gridText({ height, width, top, left, rows, pitch }: Frame): string {
  return `{ ${[height, width, top, left, rows, pitch].join(', ')} }`;
}

/** Numbers of a window as an initialiser of `Window`. */
export function windowText({ filter, stride, before, wraps }: WindowReads): string {
  const pair = ([a, b]: readonly [number, number]): string => `{ ${a}, ${b} }`;
  return `{ ${pair(filter)}, ${pair(stride)}, ${pair(before)}, ${wraps ? 1 : 0} }`;
}

/** What windows need beside sums: the cells around a list, and distances from mixing weights where sums cancel. */
export const WINDOW_FUNCTIONS = `// A grid of positions with the cells around it that windows read, and windows on it.
typedef struct { int32_t height, width, top, left, rows, pitch; } Grid;
typedef struct { int32_t filter[2], stride[2], before[2], wraps; } Window;

INLINE int turned(int k, int n) { k %= n; return k < 0 ? k + n : k; }
INLINE int inside(int k, int n) { return k >= 0 && k < n; }

// Around a torus stands its other end.
static NOINLINE void wrapAround(T *list, const Grid *g) {
  for (int row = 0; row < g->rows; row++) {
    const int y = row - g->top;
    for (int column = 0; column < g->pitch; column++) {
      const int x = column - g->left;
      if (inside(y, g->height) && inside(x, g->width)) { column += g->width - 1; continue; }
      const int from = (turned(y, g->height) + g->top) * g->pitch + turned(x, g->width) + g->left;
      store(list + (row * g->pitch + column) * LANES, load(list + from * LANES));
    }
  }
}

// Around a rectangle stands 0 for what lies outside, and half the square of the deviation where only one image is.
INLINE void around(T *list, const Grid *g, const Rect *r, const T *xs, const T *zs, int y, int from, int to) {
  for (int x = from; x < to; x++) {
    V v = splat(0);
    if (xs) {
      const int q = y + r->dy, k = x + r->dx;
      if (inside(y, g->height) && inside(x, g->width)) {
        const V s = loadX(xs + (y * g->width + x) * XLANES);
        v = splat((T)0.5) * (s * s);
      } else if (inside(q, g->height) && inside(k, g->width)) {
        const V s = load(zs + (q * g->width + k) * LANES);
        v = splat((T)0.5) * (s * s);
      }
    }
    store(list + ((y + g->top) * g->pitch + x + g->left) * LANES, v);
  }
}

static NOINLINE void outside(T *list, const Grid *g, const Rect *r, const T *xs, const T *zs) {
  if (r->y1 <= r->y0) return;
  const int bottom = g->rows - g->height - g->top, right = g->pitch - g->width - g->left;
  const int x0 = r->part[0].x0, x1 = r->part[0].x1;
  for (int y = r->y0 - g->top; y < r->y1 + bottom; y++) {
    const int whole = y < r->y0 || y >= r->y1;
    around(list, g, r, xs, zs, y, x0 - g->left, whole ? x1 + right : x0);
    if (!whole) around(list, g, r, xs, zs, y, x1, x1 + right);
  }
}

// Sum over the taps of a b (1 - u) + 1/2 (a - b)^2 for the mixing weights a, b of each; (rx, rz): 1 / (sqrt(taps) s).
static NOINLINE V exact(const T *list, const Grid *g, const Window *w, const T *xs, const T *zs, int y, int x, int qy,
                        int qx, V rx, V rz) {
  V below = splat(0), above = splat(0), spread = splat(0);
  for (int column = 0; column < w->filter[1]; column++) {
    for (int row = 0; row < w->filter[0]; row++) {
      int py = y * w->stride[0] - w->before[0] + row, px = x * w->stride[1] - w->before[1] + column;
      int ty = qy * w->stride[0] - w->before[0] + row, tx = qx * w->stride[1] - w->before[1] + column;
      if (w->wraps) {
        py = turned(py, g->height), px = turned(px, g->width);
        ty = turned(ty, g->height), tx = turned(tx, g->width);
      }
      const int isX = inside(py, g->height) && inside(px, g->width);
      const int isZ = inside(ty, g->height) && inside(tx, g->width);
      const V a = isX ? loadX(xs + (py * g->width + px) * XLANES) * rx : splat(0);
      const V b = isZ ? load(zs + (ty * g->width + tx) * LANES) * rz : splat(0);
      const V d = a - b;
      spread = madd(d, d, spread);
      if (!isX || !isZ) continue;
      const V v = load(list + ((py + g->top) * g->pitch + px + g->left) * LANES), both = a * b;
      below = madd(both, low(v), below);
      above = madd(both, high(v), above);
    }
  }
  const V half = splat((T)0.5) * spread;
  return bothSides(below + half, above + half);
}`;
