import { scale } from '@observablehq/plot';

/**
 * Colours of curves that stand alone, after M. Okabe and K. Ito: told apart by colour-blind readers; light ones
 * darkened for white paper.
 */
const SINGLE = ['#d55e00', '#0072b2', '#009e73', '#a04a85', '#b8860b', '#4d4d4d', '#3a9bd9', '#7a4b1e'];

/** Ramps of sweeps, the part of each that is legible on white: one sweep alone has the first. */
const RAMPS: readonly (readonly [string, number, number])[] = [
  ['viridis', 0.7, 0],
  ['oranges', 0.5, 0.95],
  ['purples', 0.5, 0.95],
  ['greens', 0.5, 0.95],
  ['blues', 0.5, 0.95],
];

/** Colour of the `index`-th curve that stands alone. */
export function singleColour(index: number): string {
  return SINGLE[index % SINGLE.length];
}

/** Colours of a sweep of `count` curves, light to dark along the sweep. */
export function rampColours(ramp: number, count: number): readonly string[] {
  const [scheme, from, to] = RAMPS[ramp % RAMPS.length];
  const colour = scale({ color: { type: 'linear', domain: [0, 1], scheme: scheme as 'viridis' } });
  return Array.from({ length: count }, (_, k) =>
    String(colour?.apply(from + ((to - from) * k) / Math.max(1, count - 1))),
  );
}
