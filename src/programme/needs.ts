import { InternalError } from '../errors.js';
import type { Programme, Step, ValueId } from './steps.js';

/** Values that a step refers to. */
export function operands(step: Step): readonly ValueId[] {
  switch (step.op) {
    case 'inner':
    case 'radial':
      return [];
    case 'sum':
      return step.terms.map((t) => t.value);
    case 'dual':
    case 'dualDerivative':
    case 'window':
    case 'pool':
    case 'pixel':
      return [step.of];
    case 'product':
      return [step.left, step.right];
    case 'normalise':
      return [step.of, step.by];
  }
}

/** The same step with its operands renumbered. */
function renumber(step: Step, id: (v: ValueId) => ValueId): Step {
  switch (step.op) {
    case 'inner':
    case 'radial':
      return step;
    case 'sum':
      return { ...step, terms: step.terms.map((t) => ({ value: id(t.value), weight: t.weight })) };
    case 'dual':
    case 'dualDerivative':
    case 'window':
    case 'pool':
    case 'pixel':
      return { ...step, of: id(step.of) };
    case 'product':
      return { ...step, left: id(step.left), right: id(step.right) };
    case 'normalise':
      return { ...step, of: id(step.of), by: id(step.by) };
  }
}

/**
 * The pass *needs*: walks from the outputs back and keeps only the steps that they rest on.
 */
export function keepNeeded(programme: Programme): Programme {
  const { steps, nngp, ntk } = programme;
  const used = new Uint8Array(steps.length);
  for (const output of [nngp, ntk]) if (output !== null) used[output] = 1;
  for (let i = steps.length - 1; i >= 0; i--) {
    if (used[i]) for (const v of operands(steps[i])) used[v] = 1;
  }
  const position = new Int32Array(steps.length).fill(-1);
  const kept: Step[] = [];
  const id = (v: ValueId): ValueId => {
    if (position[v] < 0) throw new InternalError(`step ${v} is needed but was not kept`);
    return position[v];
  };
  for (let i = 0; i < steps.length; i++) {
    if (!used[i]) continue;
    kept.push(renumber(steps[i], id));
    position[i] = kept.length - 1;
  }
  return {
    ...programme,
    steps: kept,
    nngp: nngp === null ? null : id(nngp),
    ntk: ntk === null ? null : id(ntk),
  };
}

/**
 * For each step the index of the last step that reads its value: after it, the value's room is free.
 *
 * Outputs are read at the end (index `steps.length`).
 */
export function lastUses(programme: Programme): Int32Array {
  const last = new Int32Array(programme.steps.length).fill(-1);
  programme.steps.forEach((step, index) => {
    for (const v of operands(step)) last[v] = index;
  });
  for (const output of [programme.nngp, programme.ntk]) if (output !== null) last[output] = programme.steps.length;
  return last;
}
