import { type Instruction, type Instructions, inputs, results } from '../../../src/programme/instructions.js';

/** Instructions of a pass at most: what stays in registers is bounded, and so is the time of the compiler. */
const MOST = 12;

/** The value that a map reads; null for sums and products. */
function mapped(instruction: Instruction): number | null {
  return 'of' in instruction ? instruction.of : null;
}

/**
 * Cuts a body into passes over a strip: each begins with the map that the one before it led up to, so that what a layer
 * computes on the way stays in registers. Maps of one value are run together.
 */
export function passesOf({ instructions }: Instructions): readonly (readonly Instruction[])[] {
  const passes: Instruction[][] = [];
  let current: Instruction[] = [];
  const cut = (): void => {
    if (current.length > 0) passes.push(current);
    current = [];
  };
  for (const instruction of instructions) {
    const of = mapped(instruction);
    const others = current.map(mapped).filter((value) => value !== null);
    if (current.length >= MOST || (of !== null && others.some((value) => value !== of))) cut();
    current.push(instruction);
  }
  cut();
  return passes;
}

/** For each pass, the values that later ones read, in the order in which it defines them. */
export function keptBy(
  passes: readonly (readonly Instruction[])[],
  lastPass: readonly number[],
): readonly (readonly number[])[] {
  return passes.map((pass, k) => pass.flatMap(results).filter((value) => lastPass[value] > k));
}

/** The pass that reads each value last; outputs are read by the last pass. */
export function lastPasses(
  { nngp, ntk, form }: Instructions,
  passes: readonly (readonly Instruction[])[],
): readonly number[] {
  const last = form.map(() => -1);
  passes.forEach((pass, k) => {
    for (const instruction of pass) for (const value of inputs(instruction)) last[value] = k;
  });
  for (const output of [nngp, ntk]) if (output !== null) last[output] = passes.length - 1;
  return last;
}
