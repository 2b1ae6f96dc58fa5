import { operands } from '../../src/programme/needs.js';
import type { Programme, ScalarMap, Step, ValueId } from '../../src/programme/steps.js';

/** What the encoder knows of a programme's values before it writes anything. */
export interface Analysis {
  /** The value that each value is just another name of. */
  readonly alias: readonly ValueId[];
  /** Values that a dual reads: they are kept as signed gaps. */
  readonly signed: ReadonlySet<ValueId>;
  /** Last step that reads each value (by alias). */
  readonly last: readonly number[];
}

/** The value that a step only renames: scaling and normalising change the own values of a correlation, not the correlation. */
function nameOf(step: Step, alias: readonly ValueId[]): ValueId | null {
  if (step.op === 'normalise') return alias[step.of];
  return step.op === 'sum' && step.terms.length === 1 && step.constant === 0 ? alias[step.terms[0].value] : null;
}

/** Finds names, signs and lifetimes of a programme's values. */
export function analyse(programme: Programme): Analysis {
  const alias: ValueId[] = [];
  const signed = new Set<ValueId>();
  const last: number[] = [];
  programme.steps.forEach((step, index) => {
    alias.push(nameOf(step, alias) ?? index);
    last.push(-1);
    for (const v of operands(step)) last[alias[v]] = index;
    if (step.op === 'dual' || step.op === 'dualDerivative') signed.add(alias[step.of]);
  });
  for (const output of [programme.nngp, programme.ntk])
    if (output !== null) last[alias[output]] = programme.steps.length;
  return { alias, signed, last };
}

const sameMap = (a: ScalarMap, b: ScalarMap): boolean =>
  a.map === b.map &&
  (a.map !== 'piecewiseLinear' || b.map !== 'piecewiseLinear' || (a.even === b.even && a.odd === b.odd));

/** The derivative step that belongs to the value step at `index` (same input, same map), or the other way round. */
export function partner(programme: Programme, analysis: Analysis, index: number): number {
  const step = programme.steps[index];
  if (step.op !== 'dual' && step.op !== 'dualDerivative') return -1;
  const wanted = step.op === 'dual' ? 'dualDerivative' : 'dual';
  for (let k = index + 1; k < Math.min(programme.steps.length, index + 4); k++) {
    const other = programme.steps[k];
    if (other.op !== 'dual' && other.op !== 'dualDerivative') continue;
    if (other.op === wanted && analysis.alias[other.of] === analysis.alias[step.of] && sameMap(other.phi, step.phi))
      return k;
  }
  return -1;
}
