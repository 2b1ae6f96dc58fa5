/** A peak is higher than another by more than rounding. */
const BETTER = 1 + 1e-12;

/** A largest deviation, and where it is. */
export interface Largest {
  readonly value: number;
  readonly at: number;
}

/** Points of the grid between both ends, and halvings of its first and last step towards them. */
const POINTS = 1441;
const HALVINGS = 30;
/** Highest points of the grid that are looked at more closely. */
const PEAKS = 6;
/** Points around a peak at each closer look, of which each is this factor closer. */
const AROUND = 17;
const LOOKS = 7;

/** An even grid of angles from 0 to pi, with steps that halve towards both ends. */
function grid(): number[] {
  const step = Math.PI / (POINTS - 1);
  const even = Array.from({ length: POINTS }, (_, i) => (i === POINTS - 1 ? Math.PI : i * step));
  const near = Array.from({ length: HALVINGS }, (_, j) => step * 2 ** (j - HALVINGS));
  return [0, ...near, ...even.slice(1, -1), ...near.map((t) => Math.PI - t).reverse(), Math.PI];
}

/** Largest |f| over [0, pi], of a function of many angles at once: the peaks of a grid, each refined by finer ones. */
export function largestDeviation(f: (angles: readonly number[]) => readonly number[]): Largest {
  const angles = grid();
  const sizes = f(angles).map(Math.abs);
  const peaks = [...sizes.keys()]
    .filter((i) => sizes[i] >= (sizes[i - 1] ?? 0) && sizes[i] >= (sizes[i + 1] ?? 0))
    .sort((a, b) => sizes[b] - sizes[a])
    .slice(0, PEAKS);
  let best: Largest = { value: sizes[peaks[0]], at: angles[peaks[0]] };
  for (const peak of peaks) {
    let [low, high] = [angles[Math.max(0, peak - 1)], angles[Math.min(angles.length - 1, peak + 1)]];
    for (let look = 0; look < LOOKS; look++) {
      const places = Array.from({ length: AROUND }, (_, i) => low + ((high - low) * i) / (AROUND - 1));
      const found = f(places).map(Math.abs);
      const top = found.reduce((a, value, i) => (value > found[a] ? i : a), 0);
      if (found[top] > best.value * BETTER) best = { value: found[top], at: places[top] };
      [low, high] = [places[Math.max(0, top - 1)], places[Math.min(AROUND - 1, top + 1)]];
    }
  }
  return best;
}
