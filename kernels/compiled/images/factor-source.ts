/** Numbers of an instruction of a table of factors: code, count, three arrays, then what the code takes. */
export const FACTOR_WORDS = 16;

/** What an instruction of a table of factors does; 0 ends the table. */
export const FACTOR_CODES = {
  pixels: 1,
  constant: 2,
  add: 3,
  indicator: 4,
  product: 5,
  quotient: 6,
  window: 7,
  pick: 8,
  pooled: 9,
  roots: 10,
  column: 11,
  inverse: 12,
  share: 13,
  mixingWeight: 14,
  check: 15,
} as const;

const ENUM = Object.entries(FACTOR_CODES)
  .map(([name, code]) => `F_${name} = ${code}`)
  .join(', ');

/** Unit pixels and squared norms of an image. */
const PIXELS = `
INLINE void factors_directions(const double *restrict from, T *restrict unit, double *restrict squares,
                               int64_t count, int64_t channels, double factor) {
  // Norms first, which are vectors of roots; then each pixel over its norm.
  for (int64_t p = 0; p < count; p++) {
    double square = 0;
    for (int64_t c = 0; c < channels; c++) square += from[p * channels + c] * from[p * channels + c];
    squares[p] = sqrt(square);
  }
  for (int64_t p = 0; p < count; p++) {
    double norm = squares[p] > 0 ? squares[p] : 1;
    for (int64_t c = 0; c < channels; c++) unit[p * channels + c] = (T)(from[p * channels + c] / norm);
  }
  for (int64_t p = 0; p < count; p++) squares[p] = factor * (squares[p] * squares[p]);
}
static void factors_pixels(const double *from, T *unit, double *squares, int64_t count, int64_t channels,
                           double factor) {
  if (channels == 3) factors_directions(from, unit, squares, count, 3, factor);
  else factors_directions(from, unit, squares, count, channels, factor);
}
static void factors_widened(const float *restrict from, double *restrict to, int64_t count) {
  for (int64_t k = 0; k < count; k++) to[k] = from[k];
}`;

/** Means over windows: sums of rows, then of neighbours in a row with its border. */
const WINDOW = `
// w: rows and columns that are read, then those of the windows, of the filter, of the stride, before; wraps.
INLINE int64_t factors_tap(int64_t at, int64_t n, int wraps) {
  if (at >= 0 && at < n) return at;
  return wraps ? ((at % n) + n) % n : -1;
}

INLINE void factors_row(const double *restrict border, double *restrict out, int64_t count, int64_t taps,
                        int64_t stride, double unit) {
  for (int64_t j = 0; j < count; j++) {
    double sum = border[j * stride];
    for (int64_t k = 1; k < taps; k++) sum += border[j * stride + k];
    out[j] = unit * sum;
  }
}

static void factors_window(const double *restrict of, double *restrict out, double *restrict sums, const double *w) {
  int64_t height = w[0], width = w[1], rows = w[2], columns = w[3], tapsY = w[4], tapsX = w[5];
  int64_t strideY = w[6], strideX = w[7], beforeY = w[8], beforeX = w[9], places = (columns - 1) * strideX + tapsX;
  int wraps = w[10] > 0;
  double unit = 1.0 / (double)(tapsY * tapsX);
  double *restrict border = sums + width;
  for (int64_t j = 0; j < rows; j++) {
    int isFirst = 1;
    for (int64_t k = 0; k < tapsY; k++) {
      int64_t y = factors_tap(j * strideY - beforeY + k, height, wraps);
      if (y < 0) continue;
      const double *restrict row = of + y * width;
      if (isFirst) for (int64_t x = 0; x < width; x++) sums[x] = row[x];
      else for (int64_t x = 0; x < width; x++) sums[x] += row[x];
      isFirst = 0;
    }
    if (isFirst) for (int64_t x = 0; x < width; x++) sums[x] = 0;
    for (int64_t i = 0; i < places; i++) {
      int64_t inside = i - beforeX;
      if (inside == 0 && places >= width + beforeX) {
        for (int64_t x = 0; x < width; x++) border[beforeX + x] = sums[x];
        i += width - 1;
        continue;
      }
      int64_t x = factors_tap(inside, width, wraps);
      border[i] = x < 0 ? 0 : sums[x];
    }
    if (tapsX == 3 && strideX == 1) factors_row(border, out + j * columns, columns, 3, 1, unit);
    else factors_row(border, out + j * columns, columns, tapsX, strideX, unit);
  }
}`;

/** Loops over the positions of an image: each one vector operation after the other. */
const LOOPS = `
static void factors_constant(double *restrict out, int64_t n, double f) {
  for (int64_t p = 0; p < n; p++) out[p] = f;
}
static void factors_add(double *restrict out, const double *restrict a, int64_t n, double f) {
  for (int64_t p = 0; p < n; p++) out[p] += f * a[p];
}
static void factors_indicator(double *restrict out, const double *restrict a, int64_t n) {
  for (int64_t p = 0; p < n; p++) out[p] = a[p] > 0 ? 1.0 : 0.0;
}
static void factors_product(double *restrict out, const double *a, const double *b, int64_t n) {
  for (int64_t p = 0; p < n; p++) out[p] = a[p] * b[p];
}
static void factors_quotient(double *restrict out, const double *a, const double *b, int64_t n) {
  for (int64_t p = 0; p < n; p++) out[p] = b[p] > 0 ? a[p] / b[p] : 0;
}
static void factors_roots(double *restrict out, const double *restrict a, int64_t n) {
  for (int64_t p = 0; p < n; p++) out[p] = sqrt(a[p]);
}
static int factors_beyond(const double *restrict a, int64_t n, double limit) {
  int64_t found = 0;
  for (int64_t p = 0; p < n; p++) found |= a[p] < limit ? 0 : 1;
  return found != 0;
}
static void factors_column(T *restrict to, const double *restrict a, int64_t n, double f) {
  for (int64_t p = 0; p < n; p++) to[p] = (T)(f * a[p]);
}
static void factors_inverse(T *restrict to, const double *restrict a, int64_t n, double f) {
  for (int64_t p = 0; p < n; p++) to[p] = a[p] > 0 ? (T)(f / a[p]) : 0;
}
static void factors_share(T *restrict to, const double *restrict a, int64_t n, double f) {
  for (int64_t p = 0; p < n; p++) to[p] = a[p] > 0 ? (T)sqrt(f / a[p]) : 0;
}
static void factors_mixing(T *restrict to, const double *a, const double *b, int64_t n, double f) {
  for (int64_t p = 0; p < n; p++) to[p] = a[p] > 0 ? (T)sqrt(f * b[p] / a[p]) : 0;
}`;

/** Runs a table on one image after the other. */
const RUN = `
// 1 where a self-kernel is beyond its limit.
static int factors_image(uint8_t *image, int isWide, int64_t channels, uint8_t *block, double *scratch,
                          int64_t room, int64_t length, const double *w, const double *pooled) {
  // The sums of a row and its border, or an image in doubles, come first.
  double *arrays = scratch + room;
  int beyond = 0;
  for (; w[0] != 0; w += ${FACTOR_WORDS}) {
    int64_t n = w[1];
    double *a = arrays + (int64_t)w[2] * length, *b = arrays + (int64_t)w[3] * length;
    double *c = arrays + (int64_t)w[4] * length, f = w[5];
    T *to = (T *)(block + (int64_t)w[6]);
    switch ((int)w[0]) {
      case F_pixels:
        if (!isWide) factors_widened((const float *)image, scratch, n * channels);
        factors_pixels(isWide ? (const double *)image : scratch, (T *)block, a, n, channels, f);
        break;
      case F_constant: factors_constant(a, n, f); break;
      case F_add: factors_add(a, b, n, f); break;
      case F_indicator: factors_indicator(a, b, n); break;
      case F_product: factors_product(a, b, c, n); break;
      case F_quotient: factors_quotient(a, b, c, n); break;
      case F_window: factors_window(b, a, scratch, w + 5); break;
      case F_pick: a[0] = b[(int64_t)f]; break;
      case F_pooled: memcpy(a, pooled + (int64_t)f, n * sizeof(double)); break;
      case F_roots: factors_roots(a, b, n); break;
      case F_column: factors_column(to, a, n, f); break;
      case F_inverse: factors_inverse(to, a, n, f); break;
      case F_share: factors_share(to, a, n, f); break;
      case F_mixingWeight: factors_mixing(to, a, b, n, f); break;
      case F_check: beyond |= factors_beyond(a, n, f); break;
    }
  }
  return beyond;
}

// Arguments: images, whether they are doubles, channels, their number, numbers of one; blocks of x, bytes of one;
// scratch, numbers of what comes first in it, numbers of an array; table; self-kernels of pools, numbers of an image.
// Returns how many images were done before one that is beyond range.
int64_t ntk_factors(uint8_t *memory, const int64_t *args) {
  uint8_t *images = memory + args[0], *blocks = memory + args[5];
  int64_t bytes = args[4] * (args[1] ? 8 : 4);
  const double *table = (const double *)(memory + args[10]), *pooled = (const double *)(memory + args[11]);
  for (int64_t i = 0; i < args[3]; i++) {
    int beyond = factors_image(images + i * bytes, args[1] != 0, args[2], blocks + i * args[6],
                               (double *)(memory + args[7]), args[8], args[9], table, pooled + i * args[12]);
    if (beyond) return i;
  }
  return args[3];
}`;

/** Brings the blocks of some images side by side, number by number. */
const INTERLEAVE = `
static void interleave_numbers(const T *restrict from, int64_t stride, int64_t images, T *restrict to, int64_t n) {
  if (images == LANES) {
    for (int64_t k = 0; k < n; k++)
      for (int64_t lane = 0; lane < LANES; lane++) to[k * LANES + lane] = from[lane * stride + k];
    return;
  }
  memset(to, 0, n * LANES * sizeof(T));
  for (int64_t lane = 0; lane < images; lane++)
    for (int64_t k = 0; k < n; k++) to[k * LANES + lane] = from[lane * stride + k];
}
static void interleave_doubles(const double *from, int64_t stride, int64_t images, double *to, int64_t n) {
  for (int64_t k = 0; k < n; k++)
    for (int64_t lane = 0; lane < LANES; lane++) to[k * LANES + lane] = lane < images ? from[lane * stride + k] : 0;
}

// Arguments: blocks of x, bytes of one, images; blocks of groups of LANES images, bytes of one; table of parts of a
// block [bytes from its start, numbers, whether they are doubles], parts. Lanes without an image are 0.
int64_t ntk_interleave(uint8_t *memory, const int64_t *args) {
  const int64_t *parts = (const int64_t *)(memory + args[5]);
  for (int64_t first = 0, group = 0; first < args[2]; first += LANES, group++) {
    int64_t images = args[2] - first < LANES ? args[2] - first : LANES;
    const uint8_t *from = memory + args[0] + first * args[1];
    uint8_t *to = memory + args[3] + group * args[4];
    for (int64_t i = 0; i < args[6]; i++) {
      const uint8_t *a = from + parts[3 * i];
      uint8_t *b = to + parts[3 * i] * LANES;
      if (parts[3 * i + 2]) interleave_doubles((const double *)a, args[1] / 8, images, (double *)b, parts[3 * i + 1]);
      else interleave_numbers((const T *)a, args[1] / (int64_t)sizeof(T), images, (T *)b, parts[3 * i + 1]);
    }
  }
  return 0;
}`;

/**
 * C that fills the blocks of factors of images, behind the prelude: `ntk_factors`, which runs a table of instructions
 * (`factorTable`) on one image after the other, and `ntk_interleave`, which brings images side by side.
 *
 * The text is the same for every programme.
 */
export function factorSource(): string {
  return [
    '// Factors of images: unit pixels, self-kernels of every position, and what pairs need of them.',
    `#include <math.h>\nenum { ${ENUM} };`,
    PIXELS,
    WINDOW,
    LOOPS,
    RUN,
    INTERLEAVE,
  ].join('\n');
}
