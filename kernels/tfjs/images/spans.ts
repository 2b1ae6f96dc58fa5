import type { PreparedImages, SharedImages } from '../../../src/backend/images/prepare.js';
import { type ComonotoneSpan, comonotoneSpan, varianceRange } from '../../../src/programme/comonotone.js';
import type { ImageOwn } from '../../../src/programme/images/own.js';
import { smoothDual } from '../../../src/programme/maps/index.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import { needsFeatures } from '../formulas/smooth.js';

/** What spans the fully correlated pairs of each smooth map; null where too many features would be needed. */
export type Spans = ReadonlyMap<ValueId, ComonotoneSpan | null>;

/** Whether the gap of fully correlated pairs behind a step comes from features of their variances. */
export function hasFeatures(step: Step): step is Extract<Step, { op: 'dual' }> {
  return step.op === 'dual' && needsFeatures(step.phi);
}

/**
 * The spans of a job, by the variances in all its images.
 *
 * Those of a tile alone would do for its entries, but features of another span round in another way: a pair would get other bits in one
 * tile than in the next, or than an image with itself where own values behind pools are found.
 */
export function findSpans(
  { programme, exponents }: PreparedImages,
  sets: readonly SharedImages[],
  ownOf: (set: SharedImages, image: number) => ImageOwn,
): Spans {
  const maps = programme.steps.flatMap((step, v) => {
    const dual = hasFeatures(step) ? smoothDual(step.phi) : null;
    return dual === null || !hasFeatures(step) ? [] : [{ v, of: step.of, dual }];
  });
  const ranges = maps.map((): readonly [number, number] => [Infinity, 0]);
  for (const set of sets) {
    for (let image = 0; image < set.count; image++) {
      const own = ownOf(set, image);
      maps.forEach(({ of, dual }, k) => {
        const unit = 4 ** exponents[of];
        const [least, most] = varianceRange(dual, [own[of]?.map((scaled) => scaled * unit) ?? new Float64Array(0)]);
        ranges[k] = [Math.min(ranges[k][0], least), Math.max(ranges[k][1], most)];
      });
    }
  }
  return new Map(maps.map(({ v, dual }, k) => [v, comonotoneSpan(dual, ranges[k])]));
}
