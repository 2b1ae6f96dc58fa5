/** Multiply-adds of a thread in one round: 8 vectors of 4. */
export const PEAK_ADDS = 32;

/** Multiply-adds in registers with nothing else, WGSL: what a product could reach at most. */
export const PEAK = `@group(0) @binding(0) var<uniform> rounds: vec4u;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(256)
fn peak(@builtin(global_invocation_id) id: vec3u) {
  let a = vec4f(f32(id.x & 15u) * 1e-3 + 0.5);
  let b = vec4f(f32(rounds.y) + 0.25);
${[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `  var c${i} = vec4f(${i}.0) + a;`).join('\n')}
  for (var k = 0u; k < rounds.x; k++) {
${[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `    c${i} = fma(c${i}, a, b);`).join('\n')}
  }
  let sum = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7;
  result[id.x] = sum.x + sum.y + sum.z + sum.w;
}
`;
