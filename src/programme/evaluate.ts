import type { Programme, ValueId } from '../vocabulary/steps.js';
import { type CosineDistances, distances } from './correlations.js';
import type { Strip } from './factors.js';
import { lastUses, operands } from './needs.js';
import { type Rounding, roundDistances } from './rounding.js';
import { rulesOf } from './steps/index.js';

/** Outputs of a body: the correlations of the NNGP and of the NTK, null where there is none. */
export interface BodyResult {
  readonly nngp: CosineDistances | null;
  readonly ntk: CosineDistances | null;
}

/**
 * Runs one step that takes each pair alone, given the values before it and the correlations of the inputs.
 *
 * `source` is null behind the sources; `rounding` acts on what the step gives. [none]
 * @throws InternalError for a step that joins positions, and for a source without `source`
 */
export function runStep(
  programme: Programme,
  index: number,
  read: (value: ValueId) => CosineDistances,
  source: CosineDistances | null,
  at: Strip,
  out: CosineDistances,
  rounding: Rounding | null = null,
): void {
  const step = programme.steps[index];
  rulesOf(step).evaluate(step, { index, read, source, at, rounding }, out);
  if (rounding !== null) roundDistances(out, rounding);
}

/**
 * Runs the body of a programme in float64 on a strip of pairs, given the correlations of their inputs.
 *
 * Written step by step like the formulas; the other backends are tested against it. The room of a value is used again
 * once nothing reads it any more, so depth costs time and no memory. `rounding` acts on what every step gives. [none]
 */
export function evaluate(
  programme: Programme,
  source: CosineDistances,
  at: Strip,
  rounding: Rounding | null = null,
): BodyResult {
  const values: CosineDistances[] = [];
  const free: CosineDistances[] = [];
  const last = lastUses(programme);
  programme.steps.forEach((step, index) => {
    const out = free.pop() ?? distances(source.below.length);
    runStep(programme, index, (v) => values[v], source, at, out, rounding);
    values.push(out);
    for (const v of new Set(operands(step))) if (last[v] === index) free.push(values[v]);
  });
  const pick = (v: number | null): CosineDistances | null => (v === null ? null : values[v]);
  return { nngp: pick(programme.nngp), ntk: pick(programme.ntk) };
}
