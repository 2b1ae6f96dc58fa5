// What every shader of images declares, whatever its programme.

/** Numbers of the uniform `tile`, in the order of its fields. */
export const IMAGE_FIELDS = [
  'columns',
  'stride',
  'area',
  'diagonal',
  'transposed',
  'alone',
  'first',
  'component',
] as const;

/** The uniform of a tile. */
export const TILE = `// A tile: its size, how results lie, and which of its pairs and components are computed now.
struct Tile {
${IMAGE_FIELDS.map((field) => `  ${field}: u32,`).join('\n')}
}`;

/** Buffers, and where the images of a pair lie in them. */
export const BINDINGS = `@group(0) @binding(0) var<uniform> tile: Tile;
@group(0) @binding(1) var<storage, read> imagesX: array<f32>;
@group(0) @binding(2) var<storage, read> imagesZ: array<f32>;
@group(0) @binding(3) var<storage, read> tables: array<u32>;
@group(0) @binding(4) var<storage, read> constants: array<f32>;
@group(0) @binding(5) var<storage, read_write> handedOn: array<f32>;
@group(0) @binding(6) var<storage, read_write> results: array<f32>;
@group(0) @binding(7) var<storage, read_write> scratch: array<f32>;

// Where the images of the pair lie, and what its workgroup writes.
var<private> x: u32;
var<private> z: u32;
var<private> handedFirst: u32;
var<private> scratchFirst: u32;

// What a window reads: its taps as numbers of position pairs, and halves behind those inside; \`count\` position pairs,
// \`inside\` of them read.
struct Window {
  taps: u32,
  halves: u32,
  count: u32,
  positionPairs: u32,
  inside: u32,
}

// The images of a pair.
fn pairAt(index: u32) -> vec2u {
  if (tile.alone == 1u) { return vec2u(index); }
  return vec2u(index / tile.columns, index % tile.columns);
}`;

/** Values that outlive a phase, in the memory of the workgroup or, where they do not fit, in a buffer. */
export function VALUES(numbers: number, outside: boolean): string {
  const memory = outside ? '' : `var<workgroup> values: array<f32, ${Math.max(1, numbers)}>;\n`;
  const at = outside ? 'scratch[scratchFirst + slot * CELLS + c]' : 'values[slot * CELLS + c]';
  return `${memory}var<workgroup> parts: array<f32, THREADS>;

fn held(slot: u32, c: u32) -> f32 {
  return ${at};
}

fn hold(slot: u32, c: u32, value: f32) {
  ${at} = value;
}

fn barrier() {
${outside ? '  storageBarrier();\n' : ''}  workgroupBarrier();
}`;
}

/** How entries go to the results, for some outputs with their scales in the block of an image. */
export const PUT = (
  outputs: number,
  scales: number,
): string => `// Stores an entry, and its mirror image where there is one; never -0.
fn put(output: u32, pair: vec2u, positionPair: vec2u, value: f32) {
  let scaled = value * imagesX[x + ${scales}u + output] * imagesZ[z + ${scales}u + output];
  let k = select(scaled, 0.0, scaled == 0.0);
  results[output * tile.area + pair.x * tile.stride + pair.y] = k;
  if (tile.diagonal == 1u) { results[output * tile.area + pair.y * tile.stride + pair.x] = k; }
  if (tile.transposed == 1u) { results[(${outputs}u + output) * tile.area + pair.y * tile.stride + pair.x] = k; }
}`;
