import type { SingleTask } from '../../../../src/backend/device-task.js';
import { NEAR_THRESHOLD } from '../../../../src/backend/near-duplicates.js';
import type { Output, RowTask } from '../../../../src/backend/tasks.js';
import { calledFunctions, literal } from '../../formulas/functions.js';
import { smoothFunctions } from '../../formulas/smooth.js';
import { InstructionPrinter } from './instructions.js';
import { BLOCK, PRODUCT } from './product.js';

/** Numbers of the uniform \`tile\`, in the order of its fields. */
export const TILE_FIELDS = [
  'rows',
  'columns',
  'features',
  'rowX',
  'rowZ',
  'strideX',
  'strideZ',
  'stride',
  'area',
  'lost',
  'diagonal',
  'transposed',
  'count',
  'zero',
] as const;

const TILE = `// A tile: its size, where its rows lie in the buffers of rows, and how results lie in \`sums\`.
struct Tile {
${TILE_FIELDS.map((field) => `  ${field}: u32,`).join('\n')}
}`;

const BINDINGS = (table: boolean): string => `@group(0) @binding(0) var<uniform> tile: Tile;
@group(0) @binding(1) var<storage, read> unitX: array<vec4f>;
@group(0) @binding(2) var<storage, read> unitZ: array<vec4f>;
@group(0) @binding(3) var<storage, read> factorsX: array<f32>;
@group(0) @binding(4) var<storage, read> factorsZ: array<f32>;
@group(0) @binding(5) var<storage, read> constants: array<${table ? 'vec4f' : 'f32'}>;`;

const RESULTS = `@group(0) @binding(6) var<storage, read_write> sums: array<f32>;
@group(0) @binding(7) var<storage, read_write> near: array<atomic<u32>>;`;

const HELPERS: Readonly<Record<string, string>> = {
  factors: `// A factor of the row of x and of the row of z that \`at\` names.
fn factors(column: u32, at: vec2u) -> vec2f {
  return vec2f(factorsX[column * tile.strideX + at.x], factorsZ[column * tile.strideZ + at.y]);
}`,
  opaque: `// The same number, but a compiler must not compute with it what only rounding made.
fn opaque(v: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(v) ^ tile.zero);
}`,
  grown: `// A long sum: (total, what rounding lost) and a small term.
fn grown(base: vec2f, term: f32) -> vec2f {
  let small = term + base.y;
  let total = opaque(base.x + small);
  return vec2f(total, small - (total - base.x));
}`,
  grownSides: `// The same for both sides of a value: (totals, what rounding lost).
fn grownSides(base: vec2f, lost: vec2f, term: vec2f) -> mat2x2f {
  let below = grown(vec2f(base.x, lost.x), term.x);
  let above = grown(vec2f(base.y, lost.y), term.y);
  return mat2x2f(vec2f(below.x, above.x), vec2f(below.y, above.y));
}`,
  differ: `fn differ(a: vec2f) -> f32 {
  return a.x - a.y;
}`,
  spread: `fn spread(a: vec2f) -> f32 {
  return 0.5 * (a.x - a.y) * (a.x - a.y);
}`,
  distance: `// Half the squared distance of two rows of features.
fn distance(column: u32, count: u32, at: vec2u) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < count; k++) { sum += spread(factors(column + k, at)); }
  return sum;
}`,
  correlation: `// u from (1 - u, 1 + u).
fn correlation(v: vec2f) -> f32 {
  return select(v.y - 1.0, 1.0 - v.x, v.x <= v.y);
}`,
  lookup: `// The table of an output: on each side of u = 0 cubics in t = sqrt(1 - |u|).
fn lookup(first: u32, intervals: u32, source: vec2f) -> f32 {
  let t = sqrt(min(source.x, source.y)) * f32(intervals);
  let k = min(u32(t), intervals - 1u);
  let c = constants[first + k + select(0u, intervals, source.x > source.y)];
  let x = t - f32(k);
  return max(0.0, fma(fma(fma(c.w, x, c.z), x, c.y), x, c.x));
}`,
};

function calledHelpers(code: string): string {
  const order = Object.keys(HELPERS);
  const found = new Set<string>();
  const add = (text: string): void => {
    for (const name of order) {
      if (found.has(name) || !text.includes(`${name}(`)) continue;
      found.add(name);
      add(HELPERS[name]);
    }
  };
  add(code);
  return order
    .filter((name) => found.has(name))
    .map((name) => HELPERS[name])
    .join('\n\n');
}

/** The value that an output rests on, in WGSL; null when the kernel is 0. */
function outputExpression(
  task: RowTask,
  single: SingleTask,
  printer: InstructionPrinter,
  output: Output,
): string | null {
  const value = single.body[output];
  if (value === null) return null;
  if (task.table === null) return printer.correlation(value);
  const before = task.outputs.indexOf(output) * 2 * task.table.intervals;
  return `1.0 - lookup(${before}u, ${task.table.intervals}u, source)`;
}

/** \`evaluate\`: the kernels of one pair, from (1 - u, 1 + u) of its rows. */
function evaluateFunction(task: RowTask, single: SingleTask): string {
  const printer = new InstructionPrinter(single);
  const lines = task.table === null ? printer.print() : [];
  const values = task.outputs.map((output, k) => {
    const value = outputExpression(task, single, printer, output);
    return value === null ? '0.0' : `scaled(${k}u, ${value}, at)`;
  });
  return `// ${task.outputs.join(', ')} of a pair, from (1 - u, 1 + u) of its rows.
fn evaluate(source: vec2f, at: vec2u) -> vec2f {
${[...lines, `  return vec2f(${values.join(', ')}${values.length === 1 ? ', 0.0' : ''});`].join('\n')}
}`;
}

const SCALED = `// K = scale(x) scale(z) u; never -0.
fn scaled(column: u32, u: f32, at: vec2u) -> f32 {
  let scale = factors(column, at);
  let k = scale.x * scale.y * u;
  return select(k, 0.0, k == 0.0);
}`;

function finishFunction(outputs: number): string {
  const put = Array.from({ length: outputs }, (_, k) => `  put(${k}u, row, column, kernel.${'xy'[k]});`).join('\n');
  return `// Stores an entry, and its mirror image where there is one.
fn put(output: u32, row: u32, column: u32, value: f32) {
  sums[output * tile.area + row * tile.stride + column] = value;
  if (tile.diagonal == 1u) { sums[output * tile.area + column * tile.stride + row] = value; }
  if (tile.transposed == 1u) { sums[(${outputs}u + output) * tile.area + column * tile.stride + row] = value; }
}

// Puts the kernels of a pair in the place of its inner product. Pairs too near for an inner product are listed.
fn finish(row: u32, column: u32) {
  if (row >= tile.rows || column >= tile.columns || (tile.diagonal == 1u && row > column)) { return; }
  let u = sums[row * tile.stride + column];
  var source = vec2f(max(0.0, 1.0 - u), max(0.0, 1.0 + u));
  if (min(source.x, source.y) < ${literal(NEAR_THRESHOLD.f32)}) {
    if (tile.diagonal == 1u && row == column) { source = vec2f(0.0, 2.0); }
    else {
      let place = atomicAdd(&near[0], 1u);
      atomicStore(&near[place + 1u], (row << 16u) | column | select(0u, 0x80000000u, u < 0.0));
    }
  }
  let kernel = evaluate(source, vec2u(tile.rowX + row, tile.rowZ + column));
${put}
}`;
}

const WORKGROUP = '@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u';
const THREAD = '@builtin(local_invocation_index) thread: u32';

const PRODUCT_ENTRY = `// The inner products of a tile.
@compute @workgroup_size(16, 16)
fn products(${WORKGROUP}, ${THREAD}) {
  if (tile.diagonal == 1u && group.y > group.x) { return; }
  multiply(group.xy, local.xy, thread);
}`;

const FUSED_ENTRY = `// A tile: inner products, then the kernels of each pair in their place.
@compute @workgroup_size(16, 16)
fn kernels(${WORKGROUP}, ${THREAD}) {
  if (tile.diagonal == 1u && group.y > group.x) { return; }
  multiply(group.xy, local.xy, thread);
  for (var e = 0u; e < 64u; e++) {
    let i = e / 8u;
    let j = e % 8u;
    let row = group.y * ${BLOCK}u + local.y * 4u + i % 4u + 64u * (i / 4u);
    let column = group.x * ${BLOCK}u + local.x * 4u + j % 4u + 64u * (j / 4u);
    finish(row, column);
  }
}`;

const PAIR_ENTRY = `// The kernels of a tile whose inner products are there.
@compute @workgroup_size(16, 16)
fn kernels(@builtin(global_invocation_id) id: vec3u) {
  finish(id.y, id.x);
}`;

/**
 * The shader of a task's tiles, WGSL with the entry point `kernels`: body or table, and list of near-duplicate pairs,
 * as the epilogue of the matrix product (`fused`) or to run after it.
 */
export function tileShader(task: RowTask, single: SingleTask, fused: boolean): string {
  const finish = finishFunction(task.outputs.length);
  return assemble(task, single, RESULTS, fused ? [PRODUCT, finish, FUSED_ENTRY] : [finish, PAIR_ENTRY]);
}

/** The matrix product of unit rows alone, WGSL with the entry point `products`: what every kernel costs at least. */
export function productShader(): string {
  return `${[TILE, `${BINDINGS(false)}\n${RESULTS}`, HELPERS.opaque, PRODUCT, PRODUCT_ENTRY].join('\n\n')}\n`;
}

const REDO_BINDINGS = `@group(0) @binding(6) var<storage, read> pairs: array<u32>;
@group(0) @binding(7) var<storage, read> distances: array<f32>;
@group(0) @binding(8) var<storage, read_write> redone: array<vec2f>;`;

const REDO_ENTRY = `// Near-duplicate pairs again, from cosine distances that the host computed
// from the differences of their rows.
@compute @workgroup_size(64)
fn redoPairs(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= tile.count) { return; }
  let pair = pairs[id.x];
  let distance = distances[id.x];
  let source = select(vec2f(distance, 2.0 - distance), vec2f(2.0 - distance, distance), (pair & 0x80000000u) != 0u);
  redone[id.x] = evaluate(source, vec2u(tile.rowX + ((pair >> 16u) & 0x7fffu), tile.rowZ + (pair & 0xffffu)));
}`;

/** The shader that computes near-duplicate pairs again, WGSL. */
export function redoShader(task: RowTask, single: SingleTask): string {
  return assemble(task, single, REDO_BINDINGS, [REDO_ENTRY]);
}

function bodyText(task: RowTask, single: SingleTask): string {
  return [smoothFunctions(single), evaluateFunction(task, single)].filter((text) => text !== '').join('\n\n');
}

function assemble(task: RowTask, single: SingleTask, bindings: string, entries: readonly string[]): string {
  const body = bodyText(task, single);
  const helpers = calledHelpers([body, SCALED, ...entries].join('\n'));
  const parts = [
    TILE,
    `${BINDINGS(task.table !== null)}\n${bindings}`,
    helpers,
    SCALED,
    calledFunctions(body),
    body,
    ...entries,
  ];
  return `${parts.filter((text) => text !== '').join('\n\n')}\n`;
}

/** Sizes as the functions of a pair read them, for shaders of others: their main function fills them in. */
const PRIVATE_TILE = `struct Tile {
  strideX: u32,
  strideZ: u32,
  features: u32,
  zero: u32,
}
var<private> tile: Tile;
const NEAR = ${literal(NEAR_THRESHOLD.f32)};`;

/** The functions of one pair for a shader of tfjs, WGSL: `evaluate`, what it calls, and the sizes that it reads. */
export function pairFunctions(task: RowTask, single: SingleTask): string {
  const body = bodyText(task, single);
  return [PRIVATE_TILE, calledHelpers(`${body} ${SCALED}`), SCALED, calledFunctions(body), body].join('\n\n');
}

/** Factors that all rows share; of the mixing weights of sums their squares, the weights. */
function sharedConstants({ shared, body, first }: SingleTask): Float32Array {
  const result = Float32Array.from(shared ?? [0, 0, 0, 0]);
  if (shared === null) return result;
  body.instructions.forEach((instruction, index) => {
    if (instruction.op !== 'sum') return;
    for (let c = first[index]; c < first[index] + instruction.parts.length; c++) result[c] = shared[c] * shared[c];
  });
  return result;
}

/** The constants that the shader of a task reads: the table's coefficients, or the factors that all rows share. */
export function constantsOf(task: RowTask, single: SingleTask): Float32Array {
  const { table } = task;
  if (table === null) return sharedConstants(single);
  const empty = new Float64Array(8 * table.intervals);
  const all = task.outputs.map((output) => table[output] ?? empty);
  const result = new Float32Array(8 * table.intervals * all.length);
  all.forEach((coefficients, k) => {
    result.set(coefficients, k * 8 * table.intervals);
  });
  return result;
}
