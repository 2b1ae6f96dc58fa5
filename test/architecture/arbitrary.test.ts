import fc from 'fast-check';
import { lower } from '../../src/architecture/lower.js';
import { checkKind, parseArchitecture } from '../../src/architecture/parse.js';
import { serialiseArchitecture } from '../../src/architecture/serialise.js';
import { LAYERS } from '../../src/layers/index.js';
import { valueShapes } from '../../src/programme/shapes.js';
import { describe, expect, test } from '../jest.js';
import { arbitraryArchitecture } from './arbitrary.js';
import { arbitraryImageNetwork } from './arbitrary-images.js';

describe('any valid network', () => {
  const seen = new Set<string>();

  test('parses, survives writing and reading, and lowers to earlier values only', () => {
    fc.assert(
      fc.property(arbitraryArchitecture({ step: true }), fc.integer({ min: 1, max: 9 }), (json, features) => {
        const architecture = parseArchitecture(json);
        const text = serialiseArchitecture(architecture);
        for (const [, kind] of text.matchAll(/"kind": "(\w+)"/g)) seen.add(kind);
        expect(parseArchitecture(JSON.parse(text))).toEqual(architecture);
        expect(serialiseArchitecture(parseArchitecture(JSON.parse(text)))).toBe(text);
        const { steps, nngp, ntk } = lower(architecture, features, 'both');
        steps.forEach((step, i) => {
          const used =
            'terms' in step ? step.terms.map((t) => t.value) : Object.values(step).filter((v) => Number.isInteger(v));
          expect(used.every((value) => Number(value) < i)).toBe(true);
        });
        expect(nngp === null || nngp < steps.length).toBe(true);
        expect(ntk === null || ntk < steps.length).toBe(true);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  test('of images as well, on positions that its steps agree on', () => {
    fc.assert(
      fc.property(arbitraryImageNetwork(), ({ json, shape }) => {
        const architecture = parseArchitecture(json);
        const text = serialiseArchitecture(architecture);
        for (const [, kind] of text.matchAll(/"kind": "(\w+)"/g)) seen.add(kind);
        expect(parseArchitecture(JSON.parse(text))).toEqual(architecture);
        const programme = lower(architecture, shape, 'both');
        const shapes = valueShapes(programme);
        for (const step of programme.steps) {
          if (step.op === 'product') expect(shapes[step.left]).toEqual(shapes[step.right]);
          if (step.op === 'normalise') expect(shapes[step.of]).toEqual(shapes[step.by]);
          if (step.op === 'window' || step.op === 'pool') expect(shapes[step.of]).toEqual(step.windows.from);
          if (step.op === 'sum') expect(new Set(step.terms.map((t) => shapes[t.value].join())).size).toBe(1);
        }
        for (const value of [programme.nngp, programme.ntk]) {
          if (value !== null) expect(shapes[value].every((n) => n === 1)).toBe(true);
        }
        checkKind(architecture, 'ntk');
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test('holds every layer of the table in one of the two tests above', () => {
    expect([...seen].sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test('has an NTK when it has no step', () => {
    fc.assert(
      fc.property(arbitraryArchitecture(), (json) => checkKind(parseArchitecture(json), 'ntk')),
      { seed: 2, numRuns: 200 },
    );
  });
});
