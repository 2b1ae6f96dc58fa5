import { readableBytes } from '../../data/budget.js';
import { MemoryError, UsageError } from '../../errors.js';
import { axisRule, axisSize, type Resolution } from './axis-rule.js';
import type { GridNode, GridNodes } from './grid-nodes.js';
import { type Grid, gridRooms, levelOf, pointsOf, roomBytes } from './grid-rooms.js';

/**
 * Finer and finer grids: each is the check of the one before, so neighbours have no border of panels in common but the
 * ends. Corners of P angles weigh h^(P + 1), so few axes take more levels, which many could not afford.
 */
const LADDER: readonly Resolution[] = [
  { levels: 1, ratio: 0.2, nodes: 4 },
  { levels: 1, ratio: 0.25, nodes: 6 },
  { levels: 2, ratio: 0.2, nodes: 8 },
  { levels: 2, ratio: 0.25, nodes: 9 },
  { levels: 3, ratio: 0.2, nodes: 10 },
  { levels: 4, ratio: 0.25, nodes: 11 },
  { levels: 5, ratio: 0.2, nodes: 12 },
  { levels: 8, ratio: 0.25, nodes: 14 },
  { levels: 14, ratio: 0.2, nodes: 18 },
  { levels: 24, ratio: 0.25, nodes: 22 },
];

/** Points of a strip at most: what fits the cache of a core. */
const STRIP = 2 ** 16;
/** Nanoseconds of a map at a point, and of any other step for each value that it reads. */
const COST = { map: 70, other: 12 } as const;
/** Seconds that grids are refined for, and that the two coarsest may take. */
const SECONDS = { refined: 20, most: 3600 } as const;

/** A grid with what it takes. */
export interface Rung {
  readonly resolution: Resolution;
  /** Nodes of each axis. */
  readonly nodes: number;
  /** Estimated time. */
  readonly seconds: number;
  readonly bytes: number;
}

/** Axes that are taken one node at a time. */
function slicedOf(axes: number, nodes: number): number {
  let [inner, points] = [0, 1];
  while (inner < axes && points * nodes <= STRIP) {
    inner++;
    points *= nodes;
  }
  return axes - Math.max(inner, Math.min(axes, 1));
}

function costOf({ step, reads }: GridNode): number {
  return step.op === 'dual' || step.op === 'dualDerivative' ? COST.map : COST.other * Math.max(1, reads.length);
}

function secondsOf(nodes: readonly GridNode[], grid: Grid, degree: number): number {
  const [n] = grid.axes.map(({ weights }) => weights.length);
  const all = nodes.reduce(
    (sum, node) => sum + n ** levelOf(node, grid) * pointsOf(node, grid) * costOf(node),
    n ** grid.axes.length * (degree + 2),
  );
  return 1e-9 * (grid.axes.length === 0 ? 0 : all);
}

/** The grid of a resolution. */
export function gridOf({ axes }: GridNodes, resolution: Resolution, dim: number, degree: number): Grid {
  const rule = axisRule(resolution, dim, degree);
  return { axes: axes.map(() => rule), sliced: slicedOf(axes.length, rule.weights.length) };
}

/** What a ladder has to suit. */
export interface LadderOptions {
  readonly dim: number;
  readonly degree: number;
  /** Bytes that the process may have. */
  readonly memory: number;
  /** Bytes that it has without the grid. */
  readonly base: number;
}

/**
 * The grids that a kernel can be put on, coarse to fine: those that take 20 s together, but two at least.
 *
 * @throws UsageError where two would take more than an hour
 * @throws MemoryError where one needs more than `memory` bytes
 */
export function ladderOf(nodes: GridNodes, { dim, degree, memory, base }: LadderOptions): readonly Rung[] {
  const { axes } = nodes;
  const rungs: Rung[] = [];
  let seconds = 0;
  for (const resolution of LADDER) {
    const size = axisSize(resolution, dim, degree);
    const points = size ** axes.length;
    // Beyond this no machine comes to an end: nothing else need be known.
    const time = points > 1e13 ? Infinity : rungSeconds(nodes, resolution, dim, degree);
    seconds += time;
    if (rungs.length >= 2 && seconds > SECONDS.refined) break;
    if (seconds > SECONDS.most) throw tooLong(axes.length, dim, degree, seconds);
    const bytes = base + rungBytes(nodes, resolution, dim, degree);
    if (bytes > memory) throw tooLarge(axes.length, degree, bytes, memory);
    rungs.push({ resolution, nodes: size, seconds: time, bytes });
  }
  return rungs;
}

function rungSeconds(nodes: GridNodes, resolution: Resolution, dim: number, degree: number): number {
  return secondsOf(nodes.nodes, gridOf(nodes, resolution, dim, degree), degree);
}

/** Bytes of the values of a strip, the harmonics and the coefficients: what is summed up and twice the result. */
function rungBytes(nodes: GridNodes, resolution: Resolution, dim: number, degree: number): number {
  const grid = gridOf(nodes, resolution, dim, degree);
  const harmonics = grid.axes.reduce((sum, { weights }) => sum + weights.length * (degree + 4), 0);
  const coefficients = (degree + 1) ** grid.axes.length;
  return roomBytes(gridRooms(nodes.nodes, grid)) + 8 * (harmonics + 4 * coefficients);
}

function tooLong(axes: number, dim: number, degree: number, seconds: number): UsageError {
  const hours = seconds / 3600;
  const time = hours < 1e5 ? `about ${Number(hours.toPrecision(2))} hours` : 'longer than anyone waits';
  return new UsageError(
    `--positions: the kernel must depend on so few positions that the grid takes an hour at most, got ${axes} ` +
      `(--dim ${dim}, degree ${degree}): ${time}. Give fewer --positions, or a smaller --depth or --filter.`,
  );
}

function tooLarge(axes: number, degree: number, bytes: number, memory: number): MemoryError {
  return new MemoryError(
    `--memory: the grid of ${axes} positions and the frequencies to degree ${degree} need about ` +
      `${readableBytes(bytes)}, got a promise of ${readableBytes(memory)}. Raise --memory, or lower --max-degree.`,
  );
}
