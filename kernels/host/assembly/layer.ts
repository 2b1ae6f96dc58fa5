import { bothSides, polynomial, sineTerm } from './angle';
import { positionPairCount, Pair, word, xAt, zAt, zColumn } from './position-pairs';
import { low } from './sum';
import { madd, signMask } from './vector';
import { behind } from './windows';

// A layer of an image network in one pass, and its arithmetic alone.

// A layer in one pass: the cosine distances behind a piecewise linear map, what the next window weighs of them, and the
// tangent times its slope. Words: cosine distances, tangent, cosine distances behind, weighed (0: not wanted), tangent
// behind, grid, weight, bare, column of the slope, factor, deviation, halves.
@inline
function layer<T>(pair: Pair, code: usize, angles: usize, sines: usize, bare: bool): void {
  const src = word(code, 2);
  const tangent = word(code, 3);
  const out = word(code, 4);
  const weighed = word(code, 5);
  const product = word(code, 6);
  const grid = word(code, 7);
  const weight = load<f64>(word(code, 8));
  const column = <i32>word(code, 10);
  const deviation = <i32>word(code, 12);
  const one = v128.splat<T>(<T>1);
  const zero = v128.splat<T>(<T>0);
  const half = v128.splat<T>(<T>0.5);
  const c = v128.splat<T>(<T>weight);
  const factor = v128.splat<T>(<T>load<f64>(word(code, 11)));
  const ps = <usize>load<i32>(grid, 4);
  const qs = <usize>load<i32>(grid, 8);
  const count = <usize>positionPairCount(grid);
  const xs = pair.x + <usize>column;
  const zs = zColumn<T>(pair, column);
  const xd = pair.x + <usize>deviation;
  const zd = zColumn<T>(pair, deviation);
  for (let k: usize = 0; k < count; k++) {
    const v = v128.load(src + (k << 4));
    const g = bare ? v : v128.abs<T>(v);
    const negative = signMask<T>(v);
    const root = v128.sqrt<T>(g);
    const x = v128.sub<T>(v128.add<T>(g, g), one);
    const angle = polynomial<T>(x, angles);
    const t = v128.mul<T>(root, angle);
    const j = v128.mul<T>(c, sineTerm<T>(g, root, x, angle, sines));
    let value = zero;
    let slope = v128.mul<T>(c, t);
    if (bare) value = v128.max<T>(zero, v128.sub<T>(g, j));
    else {
      value = weight == 1.0 ? v128.max<T>(zero, v128.sub<T>(v128.bitselect(one, g, negative), j)) : bothSides<T>(g, j,
        c, negative);
      slope = v128.mul<T>(c, v128.bitselect(v128.sub<T>(one, t), t, negative));
    }
    v128.store(out + (k << 4), value);
    let after = v128.mul<T>(v128.mul<T>(factor, v128.sub<T>(one, slope)), v128.load(tangent + (k << 4)));
    if (column >= 0) after = v128.mul<T>(after, v128.mul<T>(xAt<T>(xs, ps, k), zAt(zs, qs, k)));
    v128.store(product + (k << 4), after);
    if (weighed != 0) {
      const a = xAt<T>(xd, ps, k);
      const b = zAt(zd, qs, k);
      const d = v128.sub<T>(a, b);
      v128.store(weighed + (k << 4), madd<T>(v128.mul<T>(a, b), low<T>(value), v128.mul<T>(half, v128.mul<T>(d, d))));
    }
  }
  if (weighed != 0) behind<T>(weighed, count, word(code, 13), xd, zd);
}

export function bareLayer<T>(pair: Pair, code: usize, angles: usize, sines: usize): void {
  layer<T>(pair, code, angles, sines, true);
}

export function signedLayer<T>(pair: Pair, code: usize, angles: usize, sines: usize): void {
  layer<T>(pair, code, angles, sines, false);
}

// The arithmetic of a layer and a window of nine taps on 16 vectors that stay in the first-level cache: what the
// instructions above could reach at most. CosineDistances, tangents and factors stand at `data`, results go behind
// them.
export function arithmetic<T>(data: usize, rounds: i32, angles: usize, sines: usize): void {
  const one = v128.splat<T>(<T>1);
  const half = v128.splat<T>(<T>0.5);
  const zero = v128.splat<T>(<T>0);
  const ninth = v128.splat<T>(<T>(1.0 / 9));
  for (let round = 0; round < rounds; round++) {
    for (let at: usize = 0; at < 256; at += 16) {
      const g = v128.load(data + at);
      const t = v128.load(data + 256 + at);
      const a = v128.load(data + 512 + at);
      const b = v128.load(data + 768 + at);
      const root = v128.sqrt<T>(g);
      const x = v128.sub<T>(v128.add<T>(g, g), one);
      const angle = polynomial<T>(x, angles);
      const value = v128.max<T>(zero, v128.sub<T>(g, sineTerm<T>(g, root, x, angle, sines)));
      const product = v128.mul<T>(v128.mul<T>(half, v128.sub<T>(one, v128.mul<T>(root, angle))), t);
      const d = v128.sub<T>(a, b);
      const weighed = madd<T>(v128.mul<T>(a, b), value, v128.mul<T>(half, v128.mul<T>(d, d)));
      const sum = v128.add<T>(v128.add<T>(weighed, a), v128.add<T>(v128.add<T>(weighed, b), g));
      const moved = v128.add<T>(v128.add<T>(product, a), v128.add<T>(v128.add<T>(product, b), g));
      const scale = v128.mul<T>(a, b);
      const spread = v128.mul<T>(v128.mul<T>(half, v128.mul<T>(d, d)), scale);
      const distance = v128.max<T>(zero, v128.sub<T>(v128.mul<T>(v128.mul<T>(sum, ninth), scale), spread));
      const mixed = v128.bitselect(distance, sum, v128.lt<T>(distance, v128.mul<T>(half, spread)));
      v128.store(data + 1024 + at, mixed);
      v128.store(data + 1280 + at, madd<T>(half, v128.mul<T>(scale, v128.sub<T>(one, distance)), madd<T>(ninth, moved,
        half)));
    }
  }
}
