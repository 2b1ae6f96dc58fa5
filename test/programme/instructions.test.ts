import { lower } from '../../src/architecture/lower.js';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { presetArchitecture } from '../../src/index.js';
import { type Instructions, inputs, results } from '../../src/programme/instructions.js';
import { keepNeeded } from '../../src/programme/needs.js';
import { rowFactors } from '../../src/programme/self-kernels.js';
import { instructionsOf } from '../../src/programme/translate.js';
import { describe, expect, test } from '../jest.js';

function body(layers: readonly object[]): Instructions {
  const architecture = parseArchitecture({ format: 'ntk-architecture/1', layers });
  const programme = keepNeeded(lower(architecture, 4, 'both'));
  return instructionsOf(programme, [rowFactors(programme, Float64Array.of(1, 2))]);
}

const dense = { kind: 'dense', weightStd: 1.4 };

describe('the instructions of a body', () => {
  test('a map and its derivative are one, scalings are names, values are defined before they are read', () => {
    const { instructions, source, ntk, nngp } = body([dense, { kind: 'relu' }, dense]);
    expect(instructions.map((i) => i.op)).toEqual(['piecewiseLinear', 'product', 'sum']);
    const defined = new Set([source]);
    for (const instruction of instructions) {
      for (const v of inputs(instruction)) expect(defined.has(v)).toBe(true);
      for (const v of results(instruction)) defined.add(v);
    }
    expect(defined.has(ntk)).toBe(true);
    expect(defined.has(nngp)).toBe(true);
  });

  test('two sides are kept only where a map reads a value that may be negative', () => {
    const relu = body([dense, { kind: 'relu' }, dense, { kind: 'relu' }, dense]);
    const two = relu.form.flatMap((form, v) => (form === 'both' && relu.last[v] >= 0 ? [v] : []));
    // x . z and what only renames it.
    expect(two).toEqual([relu.source]);
    const erf = body([dense, { kind: 'erf' }, dense, { kind: 'erf' }, dense]);
    const first = erf.instructions.find((i) => i.op === 'smooth');
    expect(first?.op === 'smooth' && erf.form[first.out]).toBe('both');
  });

  test('the largest part of a sum comes first, and it is a value', () => {
    const biased = body([{ kind: 'dense', weightStd: 0.1, biasStd: 5, biasInit: 'normal' }, { kind: 'relu' }, dense]);
    const sum = biased.instructions.find((i) => i.op === 'sum');
    expect(sum?.op === 'sum' && sum.parts.map((p) => p.value === null)).toEqual([false, true]);
  });

  test('a value is free after the last instruction that reads it', () => {
    const architecture = presetArchitecture('resntk', { depth: 3 });
    const programme = keepNeeded(lower(architecture, 4, 'both'));
    const { instructions, last, ntk } = instructionsOf(programme, [rowFactors(programme, Float64Array.of(1))]);
    instructions.forEach((instruction, index) => {
      for (const v of inputs(instruction)) expect(last[v]).toBeGreaterThanOrEqual(index);
    });
    expect(last[ntk ?? 0]).toBe(instructions.length);
  });
});
