import type { ValueId } from '../../vocabulary/steps.js';
import type { MapStep, StepOf } from './rules.js';

type OneOperand = MapStep | StepOf<'window' | 'pool' | 'pixel'>;

/** The rules that steps with one operand, `of`, have in common. */
export const oneOperand = {
  operands: ({ of }: OneOperand): readonly ValueId[] => [of],
  renumber: <S extends OneOperand>(step: S, id: (value: ValueId) => ValueId): S => ({ ...step, of: id(step.of) }),
};
