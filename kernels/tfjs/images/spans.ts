import type { PreparedImages, SharedImages } from '../../../src/backend/images/prepare.js';
import type { ImageSelfKernels } from '../../../src/programme/images/self-kernels.js';
import { smoothDual } from '../../../src/programme/maps/index.js';
import {
  type PerfectCorrelationSpan,
  perfectCorrelationSpan,
  varianceRange,
} from '../../../src/programme/perfect-correlation.js';
import type { Step, ValueId } from '../../../src/vocabulary/steps.js';
import { needsFeatures } from '../formulas/smooth.js';

/** What spans the fully correlated pairs of each smooth map; null where too many features would be needed. */
export type Spans = ReadonlyMap<ValueId, PerfectCorrelationSpan | null>;

/** Whether the cosine distance of fully correlated pairs behind a step comes from features of their variances. */
export function hasFeatures(step: Step): step is Extract<Step, { op: 'dual' }> {
  return step.op === 'dual' && needsFeatures(step.phi);
}

/**
 * The spans of a job, by the variances in all its images.
 *
 * Those of a tile alone would do for its entries, but features of another span round in another way: a pair would get
 * other bits in one tile than in the next, or than an image with itself where self-kernels behind pools are found.
 */
export function findSpans(
  { programme, exponents }: PreparedImages,
  sets: readonly SharedImages[],
  selfKernelsOf: (set: SharedImages, image: number) => ImageSelfKernels,
): Spans {
  const maps = programme.steps.flatMap((step, v) => {
    const dual = hasFeatures(step) ? smoothDual(step.phi) : null;
    return dual === null || !hasFeatures(step) ? [] : [{ v, of: step.of, dual }];
  });
  const ranges = maps.map((): readonly [number, number] => [Infinity, 0]);
  for (const set of sets) {
    for (let image = 0; image < set.count; image++) {
      const selfKernels = selfKernelsOf(set, image);
      maps.forEach(({ of, dual }, k) => {
        const unit = 4 ** exponents[of];
        const [least, most] = varianceRange(dual, [
          selfKernels[of]?.map((scaled) => scaled * unit) ?? new Float64Array(0),
        ]);
        ranges[k] = [Math.min(ranges[k][0], least), Math.max(ranges[k][1], most)];
      });
    }
  }
  return new Map(maps.map(({ v, dual }, k) => [v, perfectCorrelationSpan(dual, ranges[k])]));
}
