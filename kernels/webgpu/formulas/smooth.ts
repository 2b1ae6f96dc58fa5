import type { SingleTask } from '../../../src/backend/device-task.js';
import type { Instruction } from '../../../src/programme/instructions.js';
import { SMOOTH_DUALS } from '../../../src/programme/maps/index.js';

type Smooth = Extract<Instruction, { op: 'smooth' | 'smoothSlope' }>;

/** The functions of a smooth map that the body calls, around its cosine distance, product and derivative. */
export function smoothFunctions(task: SingleTask): string {
  const texts = new Map<string, string>();
  task.body.instructions.forEach((i, index) => {
    if (i.op !== 'smooth' && i.op !== 'smoothSlope') return;
    if (i.op === 'smoothSlope') texts.set(`${i.map}Derivative`, derivative(i.map));
    else if (task.features[index] === null) texts.set(`${i.map}Direct`, dual(i.map, true));
    else texts.set(`${i.map}Dual`, dual(i.map, false));
  });
  return [...texts.values()].join('\n\n');
}

/** Rises above which the exponential tail is better subtracted than integrated. */
const TAIL_RESOLUTION = '0.05';

/**
 * The function of a smooth map, `<map>Dual` with the cosine distance of perfectCorrelation inputs given, or of its
 * derivative, `<map>Derivative`.
 */
export function smoothFunction(map: Smooth['map'], slope: boolean): string {
  return slope ? derivative(map) : dual(map, false);
}

function dual(map: Smooth['map'], direct: boolean): string {
  const { parity, isWave } = SMOOTH_DUALS[map];
  const swap = parity === 0 ? '' : '\n  let swapped = v.y < v.x;';
  const sides = parity === 0 ? 'v' : 'select(v, v.yx, swapped)';
  const back = parity === -1 ? 'select(result, result.yx, swapped)' : 'result';
  const subtracted = `1.0 - ${map}Product(q, r, d, b, a) / scale`;
  const integrated = `${direct ? `${map}Apart(q, r, d, f)` : 'spread'} + ${map}Distance(q, r, d, b, a) / scale`;
  let distance = direct && !isWave ? `  let distance = max(0.0, ${subtracted});` : `  let distance = ${integrated};`;
  if (map === 'elu' && !direct) {
    distance = `  var distance = 0.0;
  if (b > ${TAIL_RESOLUTION}) { distance = max(0.0, ${subtracted}); } else { distance = ${integrated}; }`;
  }
  return `// E[phi phi] of the map over its own values; q: variances, r: their roots (e: what rounding left of
// these), f: roots of E phi^2.
fn ${map}${direct ? 'Direct' : 'Dual'}(v: vec2f, q: vec2f, r: vec2f, e: vec2f, f: vec2f${
    direct ? '' : ', spread: f32'
  }) -> vec2f {
  let scale = f.x * f.y;
  if (!(scale > 0.0)) { return vec2f(1.0); }${swap}
  let side = ${sides};
  let d = r.x - r.y + (e.x - e.y);
  let b = r.x * r.y * side.x;
  let a = r.x * r.y * side.y;
${distance}
  let result = vec2f(distance, 2.0 - distance);
  return ${back};
}`;
}

function derivative(map: Smooth['map']): string {
  return `// E[phi' phi'] likewise.
fn ${map}Derivative(v: vec2f, q: vec2f, r: vec2f, e: vec2f, f: vec2f) -> vec2f {
  let scale = f.x * f.y;
  if (!(scale > 0.0)) { return vec2f(1.0); }
  let d = r.x - r.y + (e.x - e.y);
  let distance = max(0.0, 1.0 - ${map}Slope(q, r, d, r.x * r.y * v.x, r.x * r.y * v.y) / scale);
  return vec2f(distance, 2.0 - distance);
}`;
}
