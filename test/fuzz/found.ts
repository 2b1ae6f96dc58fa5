import type { NdArray } from '../../src/index.js';
import type { Case } from './compute.js';
import type { LayerJson } from './layers.js';

/** A case that was wrong once, as small as it got. */
export interface Found {
  readonly what: string;
  readonly case: Case;
}

function vectors(rows: readonly (readonly number[])[]): NdArray {
  return { data: Float64Array.from(rows.flat()), shape: [rows.length, rows[0].length] };
}

function found(what: string, layers: readonly LayerJson[], x: NdArray): Found {
  const sizes = x.shape.length === 2 ? null : x.shape.slice(1, -1);
  const network = {
    json: { format: 'ntk-architecture/1', layers },
    sizes,
    channels: x.shape[x.shape.length - 1],
  } as const;
  const tangent = !layers.some(({ kind }) => kind === 'step');
  return { what, case: { network: { ...network, tangent }, x, normalized: false } };
}

const dense = (fields: object = {}): LayerJson => ({ kind: 'dense', ...fields });
const conv = (...filter: readonly number[]): LayerJson => ({ kind: 'conv', filter });
const pool = (window: readonly number[], stride = window): LayerJson => ({ kind: 'avgPool', window, stride });
const [relu, abs, distance, flatten] = ['relu', 'abs', 'globalAvgPool', 'flatten'].map((kind): LayerJson => ({ kind }));
const biased = dense({ biasStd: 1 });

/** What the fuzzer has found, by the smallest networks: they are run on every backend, whatever it draws. */
export const FOUND: readonly Found[] = [
  found(
    'rows near 0 behind a bias, near and far',
    [biased, { kind: 'step' }, dense()],
    vectors([[7.8e-8], [-8e-8], [0]]),
  ),
  found(
    'a zero row and one near it behind a bias',
    [biased, abs, dense()],
    vectors([
      [0, 0, 0],
      [-1.7e-7, -7e-8, -7.5e-8],
      [1e-3, 0, 0],
    ]),
  ),
  found('a network whose only weights are 0', [dense({ weightStd: 0 })], vectors([[-0.3], [0.4]])),
  found(
    'one pixel, a window that leaves others out, a step',
    [conv(1, 1), pool([1, 1], [2, 1]), { kind: 'step' }, conv(1, 1), { kind: 'pixel' }],
    { data: Float64Array.of(-0.6, 0.2), shape: [1, 1, 1, 2] },
  ),
  found('own values of a pool, and a kink', [dense(), distance, { kind: 'leakyRelu', slope: 0.75 }, dense()], {
    data: Float64Array.of(-1.5164413540305532, -0.4230070791212464, 1.1982540585405848, 0.19214533000107054),
    shape: [1, 2, 1, 2],
  }),
  found(
    'a sum of what two stages made',
    [
      { kind: 'residual', branch: [distance, dense()], skip: [flatten] },
      dense(),
      { kind: 'leakyRelu', slope: -0.578125 },
      dense(),
    ],
    { data: Float64Array.of(0.2, 0.8, 0.1, 0.3, 1, 0.2, 1.6, -0.8, -0.5, -0.7), shape: [1, 5, 2] },
  ),
  found('patches of very different norms', [conv(3, 1), { kind: 'erf' }, flatten, dense()], {
    data: Float64Array.from([
      1.1, 0.6, 1, -1.1, -1, -1.7, -0.5, 1.6, -0.6, -4e-6, 7e-6, 6e-6, -8e-6, -5e-6, 3e-6, 1e-5, -1.2e-5, 1e-5,
    ]),
    shape: [2, 3, 1, 3],
  }),
  found(
    'large variances that nearly agree, elu and a kink',
    [dense({ scaling: 'none' }), { kind: 'elu' }, dense(), abs, dense()],
    vectors([
      [18.038154928142678, 6.519196178685054, -25.614937984936454],
      [18.056208317496097, 6.5257074502032735, -25.640555378894213],
    ]),
  ),
  found(
    'elu of a row without variance',
    [dense({ biasStd: 1, biasInit: 'zero' }), { kind: 'elu' }, dense()],
    vectors([[0], [1]]),
  ),
  found('antipodes behind two biases', [biased, biased, { kind: 'erf' }, dense()], vectors([[4149.2], [-4149.2]])),
  found(
    'sin of rows whose norms reach far, each beside a near one',
    [dense(), { kind: 'sin' }, dense(), relu, dense()],
    vectors(
      [1e-3, 0.05, 0.3, 1, 4, 20, 60].flatMap((s) => [
        [s, 2 * s, -s],
        [1.001 * s, 2 * s, -s],
      ]),
    ),
  ),
  found('a mean that nearly cancels', [distance, dense(), relu, dense()], {
    data: Float64Array.of(0.499, -0.5, 0.3, 0.2),
    shape: [2, 1, 2, 1],
  }),
  found(
    'one position, a stride of 2',
    [
      dense({ biasStd: 0.5, biasInit: 'zero' }),
      { kind: 'elu' },
      { kind: 'conv', filter: [1], stride: [2], padding: 'valid' },
      relu,
      { kind: 'pixel' },
      dense(),
    ],
    { data: Float64Array.of(-0.502, -0.365, 0.4, 0.1), shape: [2, 1, 2] },
  ),
];
