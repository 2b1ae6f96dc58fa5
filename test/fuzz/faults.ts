/** A fault that is put in on purpose: some text of a compiled file, or of the AssemblyScript, replaced by another. */
export interface Fault {
  readonly backend: 'host' | 'tfjs' | 'webgpu';
  readonly what: string;
  /** Relative to `dist/` for `.js`, to the repository for AssemblyScript. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const assembly = (name: string): string => `kernels/host/assembly/${name}.ts`;
const images = (name: string): string => `kernels/host/images/${name}.js`;

const shaders = (name: string): string => `kernels/webgpu/images/${name}.js`;

const tensors = (name: string): string => `kernels/tfjs/${name}.js`;

/**
 * What may go wrong in kernels: signs, terms, slots, strides, tangents, sides. Each must be found by the fuzzer within
 * 200 networks.
 */
export const FAULTS: readonly Fault[] = [
  {
    backend: 'host',
    what: 'a wrong sign: pixels that point away from each other count as alike',
    file: assembly('cosine-distances'),
    from: 'v128.or(v128.mul<T>(half, sum), v128.and(negative, sign))',
    to: 'v128.mul<T>(half, sum)',
  },
  {
    backend: 'host',
    what: 'a lost term: windows forget that norms differ',
    file: assembly('windows'),
    from: 'madd<T>(v128.mul<T>(a, b), distance, v128.mul<T>(half, v128.mul<T>(d, d)))',
    to: 'v128.mul<T>(v128.mul<T>(a, b), gap)',
  },
  {
    backend: 'host',
    what: 'a lost term: sums of vectors forget that shares differ',
    file: assembly('sum'),
    from: '  return madd<T>(difference, difference, sum);',
    to: '  return sum;',
  },
  {
    backend: 'host',
    what: 'a stale slot: values give back their room too early',
    file: images('code'),
    from: 'last.get(valueKey(v)) === at',
    to: 'last.get(valueKey(v)) >= at',
  },
  {
    backend: 'host',
    what: 'a wrong stride: the second share of a row of z is read where the first lies',
    file: assembly('sum'),
    from: 'const z1 = z0 + strip.strideZ;',
    to: 'const z1 = z0;',
  },
  {
    backend: 'host',
    what: 'a dropped tangent: the window of a layer loses what came before',
    file: images('code'),
    from: 'w.constant((weight(tangent.out) * ',
    to: 'w.constant((0 * weight(tangent.out) * ',
  },
  {
    backend: 'host',
    what: 'a swapped side: covariances take the position of x for that of z',
    file: assembly('plain'),
    from: 'if (column >= 0) k = v128.mul<T>(k, v128.mul<T>(xAt<T>(xs, ps, c), zAt(zs, qs, c)));',
    to: 'if (column >= 0) k = v128.mul<T>(k, v128.mul<T>(xAt<T>(xs, ps, c), zAt(zs, ps, c)));',
  },
  {
    backend: 'host',
    what: 'own values behind a pool are those of the first image',
    file: 'src/backend/images/factors.js',
    from: 'pooledOf(set, v, image)',
    to: 'pooledOf(set, v, 0)',
  },
  {
    backend: 'host',
    what: 'taps outside one image alone count as outside both',
    file: images('tables'),
    from: '+ k] = 16 * positionPairs[k];',
    to: '+ k] = 16 * Math.min(cells[k], outside);',
  },
  {
    backend: 'host',
    what: 'a pixel is taken for even (fault a of 2026)',
    file: images('fuse'),
    from: 'if (window.even && !isEven(covariance.out.value))',
    to: 'if (false)',
  },
  {
    backend: 'webgpu',
    what: 'a wrong sign: pixels that point away from each other count as alike',
    file: shaders('functions'),
    from: 'return select(distances, distances.yx, u < 0.0);',
    to: 'return gaps;',
  },
  {
    backend: 'webgpu',
    what: 'a lost term: windows forget that norms differ',
    file: shaders('functions'),
    from: 'return both(s) * distance + spread(s);',
    to: 'return both(s) * distance;',
  },
  {
    backend: 'webgpu',
    what: 'a lost term: sums of vectors forget that shares differ',
    file: 'kernels/webgpu/rows/shader/instructions.js',
    from: 'if (this.#task.shared === null) {\n            const spread',
    to: 'if (false) {\n            const spread',
  },
  {
    backend: 'webgpu',
    what: 'a stale slot: values share a slot a phase too early',
    file: shaders('phases'),
    from: '(to) => to < life.from',
    to: '(to) => to <= life.from',
  },
  {
    backend: 'webgpu',
    what: 'a wrong stride: factors of z are read at the position of x',
    file: shaders('functions'),
    from: 'imagesZ[z + column + positionPair.y]',
    to: 'imagesZ[z + column + positionPair.x]',
  },
  {
    backend: 'webgpu',
    what: 'a dropped tangent: products forget what came before',
    file: shaders('pair-printer'),
    from: 'terms.push(this.#name(left));',
    to: 'void left;',
  },
  {
    backend: 'webgpu',
    what: 'a swapped side: gaps that go from stage to stage change their sign',
    file: shaders('functions'),
    from: 'select(v.x, -max(v.y',
    to: 'select(v.y, -max(v.x',
  },
  {
    backend: 'webgpu',
    what: 'own values behind a pool are those of the first image',
    file: 'src/backend/images/factors.js',
    from: 'pooledOf(set, v, image)',
    to: 'pooledOf(set, v, 0)',
  },
  {
    backend: 'tfjs',
    what: 'a wrong sign: the far side of pixels is their near one',
    file: tensors('images/instructions'),
    from: 'sign === 1 ? b : tf.neg(b)',
    to: 'b',
  },
  {
    backend: 'tfjs',
    what: 'a lost term: windows forget that norms differ',
    file: tensors('images/instructions'),
    from: 'tf.add(tf.mul(windowMean(tf, side, read), scale), spread)',
    to: 'tf.mul(windowMean(tf, side, read), scale)',
  },
  {
    backend: 'tfjs',
    what: 'a lost term: sums of vectors forget that shares differ',
    file: tensors('rows/instructions'),
    from: 'if (spread !== null)\n',
    to: 'if (false)\n',
  },
  {
    backend: 'tfjs',
    what: 'a stale value: tensors are given back before their last use',
    file: tensors('images/runner'),
    from: '(last.get(name) ?? 0) > index',
    to: '(last.get(name) ?? 0) > index + 1',
  },
  {
    backend: 'tfjs',
    what: 'a wrong stride: channels of z are read where positions lie',
    file: tensors('images/instructions'),
    from: 'q.map((at) => at * channels + k)',
    to: 'q.map((at) => at + k)',
  },
  {
    backend: 'tfjs',
    what: 'a dropped tangent: products forget what came before',
    file: tensors('images/instructions'),
    from: 'left === null ? selfKernels : tf.mul(selfKernels, valueAt(executor, left).below)',
    to: 'selfKernels',
  },
  {
    backend: 'tfjs',
    what: 'a swapped side: a gap behind a pool is the one from -1',
    file: tensors('images/instructions'),
    from: 'above: plan.body.signed[out.value] ? side(-1) : null',
    to: 'above: plan.body.signed[out.value] ? side(1) : null',
  },
  {
    backend: 'tfjs',
    what: 'own values behind a pool are those of the first image',
    file: tensors('images/factors'),
    from: 'pooledOf(set, v, from + i)',
    to: 'pooledOf(set, v, 0)',
  },
];
