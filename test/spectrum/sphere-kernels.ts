import { parseArchitecture } from '../../src/architecture/parse.js';
import { parseRadial } from '../../src/architecture/radial.js';
import type { Architecture, RadialKernel } from '../../src/architecture/types.js';

/** A fully connected network of `depth` hidden layers with one activation and biases; at depth 0 the layer itself. */
export function networkOf(activation: object, depth: number, biasStd: number): Architecture {
  const hidden = Array.from({ length: depth }, (_, i) => [
    { kind: 'dense', weightStd: i === 0 ? 1.1 : 1.3, biasStd, ...(i === 0 ? { scaling: 'none' } : {}) },
    activation,
  ]);
  const layers = depth === 0 ? [activation] : [...hidden.flat(), { kind: 'dense' }];
  return parseArchitecture({ format: 'ntk-architecture/1', name: `depth ${depth}`, layers });
}

/** A kernel that is no network. */
export function radial(text: string): RadialKernel {
  const kernel = parseRadial(text);
  if (kernel === null) throw new Error(text);
  return kernel;
}
