/** Functions on a tile of T: first cosine distances, mirror, transpose, products with vectors. */
export const TILE_TEXT = `// Inner products of unit rows to signed cosine distances, in place; lists the near-duplicates
// (row * stride + column).
// Arguments: tile, stride, rows, columns, address of the threshold, list, whether below the diagonal is left out.
int64_t signedDistances(uint8_t *memory, const int64_t *a) {
  const int64_t stride = a[1], rows = a[2], columns = a[3], upper = a[6];
  const T threshold = (T)*(const double *)(memory + a[4]);
  int32_t *list = (int32_t *)(memory + a[5]);
  const V limit = splat(threshold), one = splat(1);
  int64_t found = 0;
  for (int64_t i = 0; i < rows; i++) {
    T *row = (T *)(memory + a[0]) + i * stride;
    for (int64_t j = upper ? i - i % LANES : 0; j < columns; j += LANES) {
      const V u = load(row + j);
      const V distance = larger(splat(0), one - size(u));
      store(row + j, minus(distance, negative(u)));
      if (!any(less(distance, limit))) continue;
      for (int64_t k = j; k < j + LANES && k < columns; k++)
        if ((row[k] < 0 ? -row[k] : row[k]) < threshold) list[found++] = (int32_t)(i * stride + k);
    }
  }
  return found;
}

// Copies what is above the diagonal to below it. Arguments: tile, stride, side.
int64_t mirror(uint8_t *memory, const int64_t *a) {
  T *c = (T *)(memory + a[0]);
  const int64_t stride = a[1], n = a[2];
  enum { SIDE = 16 };
  for (int64_t i0 = 0; i0 < n; i0 += SIDE)
    for (int64_t j0 = 0; j0 <= i0; j0 += SIDE)
      for (int64_t i = i0; i < i0 + SIDE && i < n; i++)
        for (int64_t j = j0; j < j0 + SIDE && j < i; j++) c[i * stride + j] = c[j * stride + i];
  return 0;
}

// Arguments: tile, stride, rows, columns, target, its stride.
int64_t transpose(uint8_t *memory, const int64_t *a) {
  const T *restrict c = (const T *)(memory + a[0]);
  T *restrict to = (T *)(memory + a[4]);
  const int64_t stride = a[1], rows = a[2], columns = a[3], other = a[5];
  enum { SIDE = 16 };
  for (int64_t j0 = 0; j0 < columns; j0 += SIDE)
    for (int64_t i0 = 0; i0 < rows; i0 += SIDE)
      for (int64_t j = j0; j < j0 + SIDE && j < columns; j++)
        for (int64_t i = i0; i < i0 + SIDE && i < rows; i++) to[j * other + i] = c[i * stride + j];
  return 0;
}

INLINE double total(dV v) { double sum = 0; for (int k = 0; k < DOUBLES; k++) sum += v[k]; return sum; }

enum { VECTORS = 4, STRIP_ROWS = 16 };

// y[v][i] = sum_j T[i, j] x[v][j] of a row.
INLINE void oneRow(const T *row, int64_t columns, const double *x, int64_t length, double *y) {
  dV sums[VECTORS] = { };
  const int64_t whole = columns - columns % DOUBLES;
  for (int64_t j = 0; j < whole; j += DOUBLES) {
    const dV k = wide(row + j);
    for (int v = 0; v < VECTORS; v++) sums[v] = dmadd(k, dload(x + v * length + j), sums[v]);
  }
  for (int v = 0; v < VECTORS; v++) {
    double sum = total(sums[v]);
    for (int64_t j = whole; j < columns; j++) sum += row[j] * x[v * length + j];
    y[v * length] = sum;
  }
}

// y[v][j] += sum_i T[i, j] x[v][i] over some rows, for DOUBLES neighbouring columns.
INLINE void someColumns(const T *tile, int64_t stride, int64_t rows, const double *x, int64_t length, double *y) {
  dV sums[VECTORS];
  for (int v = 0; v < VECTORS; v++) sums[v] = dload(y + v * length);
  for (int64_t i = 0; i < rows; i++) {
    const dV k = wide(tile + i * stride);
    for (int v = 0; v < VECTORS; v++) sums[v] = dmadd(k, dsplat(x[v * length + i]), sums[v]);
  }
  for (int v = 0; v < VECTORS; v++) dstore(y + v * length, sums[v]);
}

// Products of a tile with VECTORS vectors in doubles, and with those of its transpose; strips of rows stay in the
// first-level cache for both. Arguments: tile, stride, rows, columns, vectors across and along, sums for rows and for
// columns, length of a vector, whether those for columns are wanted.
int64_t vectors(uint8_t *memory, const int64_t *a) {
  const T *c = (const T *)(memory + a[0]);
  const int64_t stride = a[1], rows = a[2], columns = a[3], length = a[8];
  const double *across = (const double *)(memory + a[4]), *along = (const double *)(memory + a[5]);
  double *forRows = (double *)(memory + a[6]), *forColumns = (double *)(memory + a[7]);
  if (a[9]) memset(forColumns, 0, VECTORS * length * sizeof(double));
  for (int64_t first = 0; first < rows; first += STRIP_ROWS) {
    const int64_t count = rows - first < STRIP_ROWS ? rows - first : STRIP_ROWS;
    const T *strip = c + first * stride;
    for (int64_t i = 0; i < count; i++) oneRow(strip + i * stride, columns, across, length, forRows + first + i);
    if (!a[9]) continue;
    for (int64_t j = 0; j < columns; j += DOUBLES)
      someColumns(strip + j, stride, count, along + first, length, forColumns + j);
  }
  return 0;
}`;
