import { piecewiseLinear, heaviside } from './angle';
import { positionPairCount, length, number, Pair, word } from './position-pairs';
import { evenSum, smooth, source, sum } from './cosine-distances';
import { bareLayer, signedLayer } from './layer';
import { covariance, distanceOf, move, plainNormalise, plainSum, pool } from './plain';
import { evenWindow, evenWindows, plainWindow, weigh, window, windows } from './windows';

// Instructions on pairs of positions of images, written by encode-images.ts. A value is a list of vectors, one for each
// pair of positions (position pair); the lanes are images z, all with the same image x. Factors of x lie as [position],
// those of z as [position][lane]; the words give the place of a column in the block of an image of x, in bytes.

// Operations on covariances.
const FIRST_PLAIN = 9;
const LAST_PLAIN = 16;

// Covariances, pools and what goes from stage to stage.
@inline
function runPlain<T>(pair: Pair, code: usize, a: usize, b: usize): void {
  switch (<i32>word(code, 0)) {
    case 9:
      covariance<T>(pair, a, b, word(code, 4), word(code, 5), <i32>word(code, 6), number(code, 7));
      break;
    case 10:
      plainWindow<T>(a, b, word(code, 4), word(code, 5), word(code, 6), word(code, 7), number(code, 8), word(code, 9));
      break;
    case 11:
      plainSum<T>(code);
      break;
    case 12:
      plainNormalise<T>(pair, a, b, word(code, 4), <i32>word(code, 5), number(code, 6));
      break;
    case 13:
      distanceOf<T>(pair, a, b, word(code, 4), <i32>word(code, 5));
      break;
    case 14:
      pool<T>(pair, a, b, word(code, 4), load<i32>(word(code, 5)), word(code, 6));
      break;
    case 15:
      move<T>(pair, a, b, word(code, 4), word(code, 5), true, 1);
      break;
    case 16:
      move<T>(pair, a, b, word(code, 4), word(code, 5), false, number(code, 6));
      break;
  }
}

// CosineDistances, maps and windows.
@inline
function runDistances<T>(pair: Pair, code: usize, a: usize, b: usize, angles: usize, sines: usize): void {
  switch (<i32>word(code, 0)) {
    case 1:
      source<T>(pair, a, b, <i32>word(code, 4), <i32>word(code, 5));
      break;
    case 2:
      piecewiseLinear<T>(a, b, word(code, 4), length<T>(word(code, 5)), number(code, 6), angles, sines, word(code,
        7) != 0);
      break;
    case 3:
      heaviside<T>(a, b, length<T>(word(code, 4)), angles);
      break;
    case 4:
      weigh<T>(pair, a, b, word(code, 4), <i32>word(code, 5), word(code, 6));
      break;
    case 5:
      window<T>(pair, code);
      break;
    case 6:
      evenWindow<T>(a, b, word(code, 4), word(code, 5), word(code, 6), word(code, 7) != 0, word(code, 8));
      break;
    case 7:
      sum<T>(pair, code);
      break;
    case 8:
      evenSum<T>(code);
      break;
    case 17:
      smooth<T>(pair, code, false);
      break;
    case 18:
      smooth<T>(pair, code, true);
      break;
    case 20:
      if (word(code, 9) != 0) bareLayer<T>(pair, code, angles, sines);
      else signedLayer<T>(pair, code, angles, sines);
      break;
    case 21:
      windows<T>(pair, code);
      break;
    case 22:
      evenWindows<T>(code);
      break;
    case 19:
      if (positionPairCount(word(code, 5)) > 0) v128.store(b == 0 ? pair.first : pair.second,
        v128.mul<T>(v128.splat<T>(<T>number(code, 4)), v128.load(a)));
      break;
  }
}

// Runs instructions [operation, length, operands...] for one pair of an image x and a group of images z.
@inline
export function runPair<T>(pair: Pair, begin: usize, end: usize, angles: usize, sines: usize): void {
  for (let code = begin; code < end; code += word(code, 1) << 2) {
    const a = word(code, 2);
    const b = word(code, 3);
    const operation = <i32>word(code, 0);
    if (operation >= FIRST_PLAIN && operation <= LAST_PLAIN) runPlain<T>(pair, code, a, b);
    else runDistances<T>(pair, code, a, b, angles, sines);
  }
}
