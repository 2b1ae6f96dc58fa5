/** Records of `ntk compare` made up by a rule, for tests of what is drawn and said of them. */

/** What is special about a record; the rest is as networks have it. */
export interface Made {
  readonly widths?: readonly number[];
  readonly seeds?: number;
  /** Fitted slope with half its interval; null for none. */
  readonly slope?: readonly [number, number] | null;
  /** Error of the mean kernel as a multiple of what chance gives. */
  readonly beyondChance?: number;
  readonly gaps?: readonly (number | null)[];
  readonly layers?: readonly string[];
  /** Eigenvalues of the infinite network, the first k of which are more than 1e-9 [100 / (i + 1)^2]. */
  readonly analytic?: readonly number[];
  /** Error of every network; absent: like 2 width^-1/2. */
  readonly error?: number;
  /** Rows. */
  readonly rows?: number;
  readonly name?: string;
  readonly path?: string;
}

/** Numbers between -1 and 1 that look random. */
function wave(k: number): number {
  return Math.sin(12.9898 * (k + 1) + 78.233);
}

/** A record whose errors fall like 2 width^-1/2 with some scatter. */
export function madeComparison(made: Made = {}) {
  const { widths = [64, 128, 256, 512, 1024], seeds = 10, beyondChance = 1 } = made;
  const { layers = ['layers[0]', 'layers[2]', 'layers[4]'], gaps = [0.9, 0.5, 0.01, 0.3, null] } = made;
  const [slope, half] = made.slope === undefined ? [-0.5, 0.04] : (made.slope ?? [null, null]);
  const several = <T>(value: T): T | null => (seeds > 1 ? value : null);
  const scatter = (w: number, s: number): number =>
    made.error ?? (2 / Math.sqrt(widths[w])) * (1 + 0.3 * wave(31 * w + s));
  const errorsOfSeeds = widths.map((_, w) => Array.from({ length: seeds }, (_one, s) => scatter(w, s)));
  const errors = errorsOfSeeds.map((row) => row.reduce((sum, error) => sum + error, 0) / seeds);
  const chance = errors.map((error) => several(error / Math.sqrt(seeds)));
  const { analytic = gaps.map((_, i) => 100 / (i + 1) ** 2), rows = 30 } = made;
  return {
    command: 'compare',
    version: '0.0.0',
    format: 'ntk-record/1',
    architecture: { format: 'ntk-architecture/1', name: made.name ?? 'fc L=2', layers: [{ kind: 'dense' }] },
    inputs: [{ path: made.path ?? 'somewhere/digits.csv', shape: [rows, 64], sha256: 'abc123' }],
    warnings: ['something to know & <mark>'],
    shape: [rows, rows],
    ...{ widths, seeds, seed: 3, init: null, outputs: 1, errors, errorsOfSeeds },
    errorIntervals: errors.map((error) => several([error * 0.9, error * 1.1])),
    slope,
    slopeInterval: slope === null || half === null ? null : [slope - half, slope + half],
    ...{ slopeLevel: 0.95, intercept: slope === null ? null : Math.log(2), expectedSlope: -0.5 },
    meanKernel: {
      errors: chance.map((value, w) => (value === null ? errors[w] : beyondChance * value)),
      expected: chance,
      bias: chance.map((value) => (value === null ? null : Math.sqrt(Math.max(0, beyondChance ** 2 - 1)) * value)),
    },
    eigenvalues: {
      analytic,
      rounding: 1e-9,
      empirical: widths.map((_, w) => analytic.map((value, i) => value * (1 + 0.1 * wave(7 * w + i)))),
      deviation: widths.map((width) => analytic.map((value) => several((2 * value) / Math.sqrt(width)))),
    },
    eigenspaces: {
      dimensions: analytic.map((_, i) => i + 1),
      gaps,
      angles: widths.map((width) => analytic.map((_, i) => Math.min(1.5, ((i + 1) * 4) / Math.sqrt(width)))),
      anglesDeviation: widths.map((width) => analytic.map(() => several(1 / Math.sqrt(width)))),
    },
    layers: layers.map((path, l) => ({
      path,
      analytic: 1 / layers.length,
      empirical: widths.map((_, w) => (1 + 0.05 * wave(l + 5 * w)) / layers.length),
      deviation: widths.map((width) => several(1 / Math.sqrt(width) / layers.length)),
    })),
    check: { networks: 1e-15, networksTolerance: 1e-11, layers: 0, layersTolerance: 1e-9 },
    parameters: widths.map((width) => width * (width + 65)),
    networkSeconds: widths.map((width) => width / 1000),
  };
}
