import { type Guide, INK, type KeyEntry } from '../charts/chart.js';

/** The value below which a spectrum means nothing. */
export interface Floor {
  readonly name: string;
  readonly colour: string;
  readonly value: number;
}

/**
 * Factor below the smallest eigenvalue up to which the axis reaches down to the floor: further, the curves would be
 * squeezed.
 */
const REACH = 1e4;
/** Ratio from which on floors are drawn one by one. */
const APART = 3;
const DASH = '1.5 3.5';

/**
 * The floors of some spectra as dotted lines over `[from, to]`: one line, the highest, where they lie close together,
 * else one each.
 *
 * One that lies far below all `values` is no line but a text of the key.
 */
export function floorGuide(
  floors: readonly Floor[],
  values: readonly number[],
  [from, to]: readonly [number, number],
): { readonly guides: readonly Guide[]; readonly key: KeyEntry } {
  const positive = floors.filter(({ value }) => value > 0);
  const smallest = values.reduce((a, b) => Math.min(a, b), Infinity);
  const [lowest, highest] = [Math.min(...positive.map((f) => f.value)), Math.max(...positive.map((f) => f.value))];
  const text = `floor of the precision ${highest.toExponential(1)}`;
  if (positive.length === 0) return { guides: [], key: { text: 'floor of the precision 0' } };
  if (highest * REACH < smallest) return { guides: [], key: { text: `${text}, far below`, dash: DASH } };
  const line = (floor: Floor, label: string): Guide => ({
    name: `${floor.name}: floor`,
    colour: floor.colour,
    dash: DASH,
    points: [from, to].map((x) => ({ x, y: floor.value })),
    text: label,
  });
  const guides =
    highest / lowest < APART
      ? [line({ name: 'all', colour: INK, value: highest }, text)]
      : positive.map((floor) => line(floor, `floor ${floor.value.toExponential(1)}: ${floor.name}`));
  return { guides, key: { text: 'floor of the precision', dash: DASH } };
}
