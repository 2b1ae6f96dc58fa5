import type { Precision } from '../../../src/data/array.js';
import { approximations, SHORT_SINE } from '../../../src/programme/approximations.js';
import { literal, polynomial } from './polynomial.js';

const OVER_PI = literal(1 / Math.PI);

/** (sin theta - theta cos theta) / pi in singles: by its polynomial. */
function sineOfSingles(): string {
  return `INLINE V sineTerm(V g, V r, V angle) {
  V x = g + g - splat(1);
${polynomial(approximations('f32').sine, '')}
  return r * g * p;
}`;
}

/**
 * The same in doubles: from theta itself, and where that cancels by a polynomial that is short because its interval is.
 */
function sineOfDoubles(): string {
  return `INLINE V sineTerm(V g, V r, V angle) {
  V large = root(splat(2) - g) * splat(${OVER_PI}) - angle * (splat(1) - g);
  V x = g * splat(${literal(2 / SHORT_SINE)}) - splat(1);
${polynomial(approximations('f64').shortSine, '')}
  return r * pick(less(g, splat(${literal(SHORT_SINE)})), g * p, large);
}`;
}

/** Maps that act on the angle alone, of a cosine distance g = 1 - |u| in [0, 1]; the formulas are those of `host`. */
export function angleFunctions(precision: Precision): Readonly<Record<string, () => string>> {
  return {
    angleOverRoot: () => `// theta / (pi sqrt g).
INLINE V angleOverRoot(V g) {
  V x = g + g - splat(1);
${polynomial(approximations(precision).angle, '')}
  return p;
}`,
    sineTerm: () => `// (sin theta - theta cos theta) / pi; r = sqrt g, angle = theta / (pi r).
${precision === 'f64' ? sineOfDoubles() : sineOfSingles()}`,
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
