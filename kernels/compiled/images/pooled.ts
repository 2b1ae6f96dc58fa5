import type { PreparedImages, SharedImages } from '../../../src/backend/images/prepare.js';
import { createMemory } from '../../../src/backend/tile-memory.js';
import { allocate } from '../../../src/data/array.js';
import { InternalError } from '../../../src/errors.js';
import { openLibrary } from '../../../src/platform/compiled-library.js';
import { offsetId } from '../../../src/programme/images/offsets.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { compiledLibrary } from '../library.js';
import type { Target } from '../vector.js';
import { CompiledImageEngine } from './engine.js';
import { type ScheduledImages, scheduleImages } from './schedule.js';

/** Numbers of the positions of a pool, each with itself, among what is stored. */
function positionNumbers({ plan, stored }: ScheduledImages, value: ValueId): readonly number[] {
  const { grid } = plan.places.of[value];
  const { height, width } = plan.places.grids[grid];
  const [first, starts] = [stored.first.get(value), stored.startsAt.get(grid)];
  if (first === undefined || starts === undefined) throw new InternalError(`value ${value} is not stored`);
  const at = first + stored.starts[starts + offsetId({ height, width }, 0, 0)];
  return Array.from({ length: height * width }, (_, p) => at + p);
}

/** Self-kernels of a pool for every image of a set, each image with itself, on the calling thread. */
export async function pooledOnCompiled(
  job: PreparedImages,
  value: ValueId,
  set: SharedImages,
  target: Target,
): Promise<Float64Array> {
  const step = job.programme.steps[value];
  if (step.op !== 'pool') throw new InternalError(`value ${value} is no pool`);
  const scheduled = scheduleImages(job, target, 1, [value]);
  const { path } = await compiledLibrary(scheduled.source, target);
  const memory = createMemory(scheduled.schedule.at.bytes);
  const engine = new CompiledImageEngine(await openLibrary(path), memory, { ...job, schedule: scheduled.schedule });
  const numbers = positionNumbers(scheduled, value);
  const { stage } = scheduled.plan.places.of[value];
  const unit = 1 / positionCount(step.windows.filter) ** 2;
  const all = allocate(set.count * numbers.length, 'f64') as Float64Array;
  const { lanes } = scheduled.schedule;
  for (let from = 0; from < set.count; from += lanes) {
    const count = Math.min(lanes, set.count - from);
    all.set(engine.selfPooled({ set, from, count, stage, numbers, unit }), from * numbers.length);
  }
  return all;
}
