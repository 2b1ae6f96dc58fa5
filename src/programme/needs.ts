import { InternalError } from '../errors.js';
import { outputValues, type Programme, type Step, type ValueId } from '../vocabulary/steps.js';
import { rulesOf } from './steps/index.js';
import { verified } from './verify.js';

/** Values that a step refers to. */
export function operands(step: Step): readonly ValueId[] {
  return rulesOf(step).operands(step);
}

/** Values that a step reads for a pair; `by` of a normalisation is read for each input alone. */
export function pairOperands(step: Step): readonly ValueId[] {
  const rules = rulesOf(step);
  return rules.pairOperands?.(step) ?? rules.operands(step);
}

/**
 * The first of the three steps behind step `index` that fits: where lowering leaves what belongs together; null where
 * none does.
 */
export function nearbyStep(steps: readonly Step[], index: number, fits: (step: Step) => boolean): number | null {
  const found = steps.slice(index + 1, index + 4).findIndex(fits);
  return found < 0 ? null : index + 1 + found;
}

/**
 * The steps that the wanted values rest on, themselves too, walked back from them: `[steps]`, 1 for needed. `read` are
 * the values that a step reads.
 */
export function neededSteps(
  { steps }: Programme,
  wanted: Iterable<ValueId>,
  read: (step: Step) => readonly ValueId[] = operands,
): Uint8Array {
  const needed = new Uint8Array(steps.length);
  for (const v of wanted) needed[v] = 1;
  for (let v = steps.length - 1; v >= 0; v--) {
    if (needed[v] === 1) for (const of of read(steps[v])) needed[of] = 1;
  }
  return needed;
}

/**
 * The pass *needs*: walks from the outputs back and keeps only the steps that they rest on.
 */
export function keepNeeded(programme: Programme): Programme {
  const { steps, nngp, ntk, parts } = verified(programme, 'what the pass needs is given');
  const used = neededSteps(programme, outputValues(programme));
  const position = new Int32Array(steps.length).fill(-1);
  const kept: Step[] = [];
  const id = (v: ValueId): ValueId => {
    if (position[v] < 0) throw new InternalError(`step ${v} is needed but was not kept`);
    return position[v];
  };
  for (let i = 0; i < steps.length; i++) {
    if (!used[i]) continue;
    kept.push(rulesOf(steps[i]).renumber(steps[i], id));
    position[i] = kept.length - 1;
  }
  const outputs = { nngp: nngp === null ? null : id(nngp), ntk: ntk === null ? null : id(ntk) };
  const ofParts = parts && { parts: parts.map((part) => (part === null ? null : id(part))) };
  return verified({ ...programme, steps: kept, ...outputs, ...ofParts }, 'the pass needs');
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
  for (const output of outputValues(programme)) last[output] = programme.steps.length;
  return last;
}
