/** Rows and columns of a block: what one workgroup computes. */
export const BLOCK = 128;
/** Features that are brought into workgroup memory together; rows are stored with a multiple of it. */
export const FEATURES = 16;
/** Features after which a partial sum is added to the total, with what rounding lost of it kept beside. */
export const PARTIAL = 512;

const rows = [0, 1, 2, 3, 4, 5, 6, 7];

/** One row of a thread's 8 x 8 results: two vectors of four columns each. */
function accumulate(i: number): string {
  const x = `x${i < 4 ? 0 : 1}.${'xyzw'[i % 4]}`;
  return `        c${i}a = fma(vec4f(${x}), z0, c${i}a);
        c${i}b = fma(vec4f(${x}), z1, c${i}b);`;
}

function store(i: number): string {
  const row = i < 4 ? `mine.y + ${i}u` : `mine.y + ${64 + i - 4}u`;
  return `    keep(${row}, mine.x, c${i}a, first);
    keep(${row}, mine.x + 64u, c${i}b, first);`;
}

/**
 * The matrix product of a block, in WGSL: each of 256 threads computes 8 x 8 inner products of unit rows, four rows and
 * columns and four more 64 further on, so that threads side by side read workgroup memory side by side.
 *
 * Rows lie feature by feature, `[features, rows]`: four neighbouring rows are one vector. Sums over more than 512
 * features are compensated (Kahan 1965); `zero` is 0 at run time, which a compiler does not know: it must not cancel
 * the compensation away.
 */
export const PRODUCT = `var<workgroup> panelX: array<vec4f, ${FEATURES * (BLOCK / 4)}>;
var<workgroup> panelZ: array<vec4f, ${FEATURES * (BLOCK / 4)}>;

// Stores a partial sum, or adds it to the total. Number by number: neighbours of a vector may belong to other threads.
fn keep(row: u32, column: u32, partial: vec4f, first: bool) {
  let at = row * tile.stride + column;
  for (var c = 0u; c < 4u; c++) {
    if (first) {
      sums[at + c] = partial[c];
      if (tile.features > ${PARTIAL}u) { sums[tile.lost + at + c] = 0.0; }
    } else {
      let total = sums[at + c];
      let term = partial[c] - sums[tile.lost + at + c];
      let next = opaque(total + term);
      sums[tile.lost + at + c] = opaque(next - total) - term;
      sums[at + c] = next;
    }
  }
}

// The inner products of the block's rows with its columns, into \`sums\`.
fn multiply(group: vec2u, local: vec2u, thread: u32) {
  let mine = group * ${BLOCK}u + local * 4u;
  let fromX = (tile.rowX + group.y * ${BLOCK}u) / 4u;
  let fromZ = (tile.rowZ + group.x * ${BLOCK}u) / 4u;
  for (var start = 0u; start < tile.features; start += ${PARTIAL}u) {
    let first = start == 0u;
    let end = min(start + ${PARTIAL}u, tile.features);
${rows.map((i) => `    var c${i}a = vec4f(0.0);\n    var c${i}b = vec4f(0.0);`).join('\n')}
    for (var feature = start; feature < end; feature += ${FEATURES}u) {
      for (var e = thread; e < ${FEATURES * (BLOCK / 4)}u; e += 256u) {
        let k = feature + e / ${BLOCK / 4}u;
        panelX[e] = unitX[k * (tile.strideX / 4u) + fromX + e % ${BLOCK / 4}u];
        panelZ[e] = unitZ[k * (tile.strideZ / 4u) + fromZ + e % ${BLOCK / 4}u];
      }
      workgroupBarrier();
      for (var k = 0u; k < ${FEATURES}u; k++) {
        let x0 = panelX[k * ${BLOCK / 4}u + local.y];
        let x1 = panelX[k * ${BLOCK / 4}u + local.y + 16u];
        let z0 = panelZ[k * ${BLOCK / 4}u + local.x];
        let z1 = panelZ[k * ${BLOCK / 4}u + local.x + 16u];
${rows.map(accumulate).join('\n')}
      }
      workgroupBarrier();
    }
${rows.map(store).join('\n')}
  }
}`;
