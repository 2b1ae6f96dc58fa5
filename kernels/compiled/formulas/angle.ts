import type { Precision } from '../../../src/data/array.js';
import { approximations } from '../../../src/programme/approximations.js';
import { literal, polynomial } from './polynomial.js';

/**
 * The variable of the polynomials, x: in singles 2 g - 1. In doubles from c = sqrt(2 - g), since with it half the
 * degree does: (c - 1) / (sqrt(2) - 1) 2 - 1.
 */
function variable(precision: Precision): string {
  if (precision === 'f32') return '  V x = g + g - splat(1);';
  const scale = 2 / (Math.SQRT2 - 1);
  return `  V x = madd(root(splat(2) - g), splat(${literal(scale)}), splat(${literal(-1 - scale)}));`;
}

/** Polynomials for theta / (pi sqrt g) and (sin theta - theta cos theta) / (pi g sqrt g). */
function polynomials(precision: Precision): readonly [angle: readonly number[], sine: readonly number[]] {
  const { angle, sine, rootAngle, rootSine } = approximations(precision);
  return precision === 'f32' ? [angle, sine] : [rootAngle, rootSine];
}

/** Maps that act on the angle alone, of a cosine distance g = 1 - |u| in [0, 1]; the functions are those of `host`. */
export function angleFunctions(precision: Precision): Readonly<Record<string, () => string>> {
  const [angle, sine] = polynomials(precision);
  return {
    angleOverRoot: () => `// theta / (pi sqrt g).
INLINE V angleOverRoot(V g) {
${variable(precision)}
${polynomial(angle, '')}
  return p;
}`,
    sineTerm: () => `// (sin theta - theta cos theta) / pi; r = sqrt g.
INLINE V sineTerm(V g, V r) {
${variable(precision)}
${polynomial(sine, '')}
  return r * g * p;
}`,
    eitherSide:
      () => `// The value of even |a| + odd a with weight c, j = c (sin theta - theta cos theta) / pi; far: u < 0.
INLINE V eitherSide(V g, V j, V c, M far) {
  V rest = splat(1) - c;
  V below = atLeastNothing(splat(2) - c - rest * g - j);
  V above = atLeastNothing(madd(rest, g, c) + j);
  return pick(far, bothSides(below, above), atLeastNothing(g - j));
}`,
  };
}
