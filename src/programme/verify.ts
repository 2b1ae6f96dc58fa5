import { InternalError } from '../errors.js';
import type { Programme, Step, ValueId } from '../vocabulary/steps.js';
import { positionCount } from '../vocabulary/windows.js';
import { gridText } from './steps/flaws.js';
import { rulesOf } from './steps/index.js';
import type { Shape } from './steps/rules.js';

/** Where a step stands, for messages. */
const stepText = (index: number, { op }: Step): string => `step ${index} (${op})`;

/** An operand that is no earlier step; null where there is none. */
function orderFlaw(step: Step, index: number): string | null {
  const wrong = rulesOf(step)
    .operands(step)
    .find((v) => !(Number.isSafeInteger(v) && v >= 0 && v < index));
  return wrong === undefined ? null : `it must read earlier steps alone, got step ${wrong}`;
}

function outputFlaw({ steps }: Programme, v: ValueId, shapes: readonly Shape[]): string | null {
  if (!(Number.isSafeInteger(v) && v >= 0 && v < steps.length)) {
    return `it must be one of ${steps.length} steps, got step ${v}`;
  }
  return positionCount(shapes[v]) === 1 ? null : `it must have one position, got ${gridText(shapes[v])}`;
}

/**
 * Checks that a programme is one that the passes and the backends may rely on: every step reads earlier steps alone, on
 * one grid; weights, constants and rates are numbers >= 0; windows lie on what they read; there is one source at most,
 * and outputs have one position.
 *
 * `pass` names who made it in the message.
 * @throws InternalError naming the first step that breaks a rule
 */
export function verify(programme: Programme, pass = 'a programme'): void {
  const shapes: Shape[] = [];
  let source: number | null = null;
  const broken = (where: string, flaw: string): InternalError => new InternalError(`${pass}: ${where}: ${flaw}`);
  for (const [index, step] of programme.steps.entries()) {
    const rules = rulesOf(step);
    if (rules === undefined) throw broken(`step ${index}`, `it must be of the table of steps, got ${step.op}`);
    const flaw = orderFlaw(step, index) ?? rules.flaw(step, { programme, shapes });
    if (flaw !== null) throw broken(stepText(index, step), flaw);
    if (rules.isSource === true && source !== null) {
      throw broken(stepText(index, step), `a programme must have one source, got step ${source} before it`);
    }
    source = rules.isSource === true ? index : source;
    shapes.push(rules.shape(step, shapes, programme.positions ?? []));
  }
  const parts = (programme.parts ?? []).map((v, k) => [`part ${k}`, v] as const);
  for (const [name, v] of [['nngp', programme.nngp], ['ntk', programme.ntk], ...parts] as const) {
    const flaw = v === null ? null : outputFlaw(programme, v, shapes);
    if (flaw !== null) throw broken(name, flaw);
  }
}

let afterPasses = false;

/** Has every pass check what it is given or makes, as tests do; off otherwise, where it costs nothing. */
export function verifyPasses(on: boolean): void {
  afterPasses = on;
}

/** The programme, checked where that is wanted (`verifyPasses`); `pass` names who made it. */
export function verified(programme: Programme, pass: string): Programme {
  if (afterPasses) verify(programme, pass);
  return programme;
}
