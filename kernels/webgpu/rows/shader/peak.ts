/** Multiply-adds of a thread in one round: 8 vectors of 4. */
export const PEAK_ADDS = 32;

const sums = [0, 1, 2, 3, 4, 5, 6, 7];

/**
 * Multiply-adds in registers with nothing else, WGSL: what a product in these numbers could reach at most. `f16` needs
 * the feature `shader-f16`.
 */
export function peakShader(type: 'f32' | 'f16'): string {
  return `${type === 'f16' ? 'enable f16;\n' : ''}@group(0) @binding(0) var<uniform> rounds: vec4u;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(256)
fn peak(@builtin(global_invocation_id) id: vec3u) {
  let a = vec4<${type}>(${type}(f32(id.x & 15u) * 1e-3 + 0.5));
  let b = vec4<${type}>(${type}(f32(rounds.y) + 0.25));
${sums.map((i) => `  var c${i} = vec4<${type}>(${i}.0) + a;`).join('\n')}
  for (var k = 0u; k < rounds.x; k++) {
${sums.map((i) => `    c${i} = fma(c${i}, a, b);`).join('\n')}
  }
  let sum = ${sums.map((i) => `c${i}`).join(' + ')};
  result[id.x] = f32(sum.x + sum.y + sum.z + sum.w);
}
`;
}
