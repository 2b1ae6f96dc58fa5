import type { Mark } from '../charts/chart.js';
import { rampColours, singleColour } from '../charts/colours.js';

const MARKS: readonly Mark[] = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye', 'hexagon'];

/** Colour and mark of a curve. */
export interface Style {
  readonly colour: string;
  readonly mark: Mark;
}

/**
 * Styles of curves by the group each belongs to: a sweep (several of one group) in one ramp of colours, light to dark
 * in its order; single curves in colours of their own. Marks differ from one curve to the next, for print in grey.
 */
export function stylesOf(groups: readonly string[]): readonly Style[] {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  const sweeps = [...counts].filter(([, count]) => count > 1);
  const ramps = new Map(sweeps.map(([group, count], k) => [group, [...rampColours(k, count)]]));
  let singles = 0;
  return groups.map((group, k) => ({
    colour: ramps.get(group)?.shift() ?? singleColour(singles++),
    mark: MARKS[k % MARKS.length],
  }));
}
