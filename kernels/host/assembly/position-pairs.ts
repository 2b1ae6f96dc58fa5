// What instructions on pairs of positions share: the pair of images that they work on, lists of position pairs, and
// columns of factors.

// What the instructions of one pair of images work on.
@unmanaged
export class Pair {
  // Blocks of factors of the image x and of the group of images z.
  x: usize;
  z: usize;
  // Values that stages hand on, [position pair][lane] in f64.
  stored: usize;
  // Where the results go.
  first: usize;
  second: usize;
}

@inline
export function setPair(pair: Pair, x: usize, z: usize, stored: usize, first: usize, second: usize): void {
  pair.x = x;
  pair.z = z;
  pair.stored = stored;
  pair.first = first;
  pair.second = second;
}

// Position pairs of a grid: count, address of p, address of p' (as positions).
@inline
export function positionPairCount(grid: usize): i32 {
  return load<i32>(grid);
}

@inline
export function xAt<T>(column: usize, positions: usize, c: usize): v128 {
  return v128.load_splat<T>(column + <usize>load<i32>(positions + (c << 2)) * sizeof<T>());
}

@inline
export function zAt(column: usize, positions: usize, c: usize): v128 {
  return v128.load(column + (<usize>load<i32>(positions + (c << 2)) << 4));
}

@inline
export function lanes<T>(): usize {
  return 16 / sizeof<T>();
}

@inline
export function zColumn<T>(pair: Pair, column: i32): usize {
  return pair.z + <usize>column * lanes<T>();
}

@inline
export function word(code: usize, index: i32): usize {
  return <usize>load<i32>(code + (<usize>index << 2));
}

@inline
export function number(code: usize, index: i32): f64 {
  return load<f64>(word(code, index));
}

@inline
export function length<T>(grid: usize): i32 {
  return positionPairCount(grid) * <i32>lanes<T>();
}
