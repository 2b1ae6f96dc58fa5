import type { Mark } from './chart.js';

/** Half the size of a mark, pixels. */
const RADIUS = 3.2;

/** What differs for single values behind their mean. */
export const FAINT = { r: 2.4, strokeWidth: 0, fillOpacity: 0.38 } as const;

type Corner = readonly [number, number];

/** Corners of a regular polygon or star around the origin; every second one at `inner` times the radius. */
function corners(count: number, turn: number, radius: number, inner = 1): readonly Corner[] {
  return Array.from({ length: count }, (_, k): Corner => {
    const angle = turn + (2 * Math.PI * k) / count;
    const r = k % 2 === 0 ? radius : inner * radius;
    return [r * Math.sin(angle), -r * Math.cos(angle)];
  });
}

/** Outlines around the origin, of about the same weight to the eye. */
const SHAPES: Readonly<Record<Exclude<Mark, 'circle'>, readonly Corner[]>> = {
  square: corners(4, Math.PI / 4, 1.25 * RADIUS),
  triangle: corners(3, 0, 1.35 * RADIUS),
  diamond: corners(4, 0, 1.35 * RADIUS),
  star: corners(10, 0, 1.6 * RADIUS, 0.45),
  cross: corners(8, Math.PI / 4, 1.6 * RADIUS, 0.35),
  wye: corners(3, Math.PI, 1.35 * RADIUS),
  hexagon: corners(6, 0, 1.2 * RADIUS),
};

/** Outline of a mark as the `d` of an SVG path. */
export function markPath(mark: Mark): string {
  if (mark === 'circle')
    return `M${RADIUS},0A${RADIUS},${RADIUS},0,1,1,-${RADIUS},0A${RADIUS},${RADIUS},0,1,1,${RADIUS},0Z`;
  return `M${SHAPES[mark].map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join('L')}Z`;
}

/** Where a shape is drawn: what Plot hands to it. */
interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
}

/** How a mark is drawn by Plot: full, or only its outline where `hollow`; `size` is a factor. */
export function markStyle(mark: Mark, colour: string, hollow: boolean, size = 1) {
  const shape = mark === 'circle' ? [] : SHAPES[mark];
  const draw = (pen: Pen): void => {
    shape.forEach(([x, y], k) => {
      if (k === 0) pen.moveTo(size * x, size * y);
      else pen.lineTo(size * x, size * y);
    });
    pen.closePath();
  };
  const symbol = mark === 'circle' ? ('circle' as const) : { draw };
  return { r: size * RADIUS, symbol, stroke: colour, strokeWidth: 1.3 * size, fill: hollow ? 'white' : colour };
}
