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

/**
 * The grids that a kernel can be put on, coarse to fine: those that take 20 s together, but two at least.
 *
 * @throws UsageError where two would take more than an hour
 * @throws MemoryError where one needs more than `memory` bytes
 */
export function ladderOf(nodes: GridNodes, dim: number, degree: number, memory: number): readonly Rung[] {
  const { axes } = nodes;
  const rungs: Rung[] = [];
  let seconds = 0;
  for (const resolution of LADDER) {
    const size = axisSize(resolution, dim, degree);
    // Beyond this no machine would come to an end, and the rooms need not be counted.
    const points = size ** axes.length;
    if (rungs.length >= 2 && points * COST.other * 1e-9 > SECONDS.refined) break;
    const time = points > 1e14 ? Infinity : rungSeconds(nodes, resolution, dim, degree);
    seconds += time;
    if (rungs.length >= 2 && seconds > SECONDS.refined) break;
    if (seconds > SECONDS.most) throw tooLong(axes.length, dim, degree, seconds);
    const bytes = rungBytes(nodes, resolution, dim, degree);
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
  const time = hours < 1e6 ? `${hours.toPrecision(2)} hours` : 'longer than anyone can wait';
  return new UsageError(
    `--positions: the grid must take at most an hour, got ${axes} positions that the kernel depends on (dim ${dim}, ` +
      `degree ${degree}): ${time}. Give fewer --positions, or a smaller --depth or --filter, so that it depends on ` +
      'fewer.',
  );
}

function tooLarge(axes: number, degree: number, bytes: number, memory: number): MemoryError {
  const mib = (b: number): string => `${Math.ceil(b / 2 ** 20)} MiB`;
  return new MemoryError(
    `--memory: the grid of ${axes} positions to degree ${degree} needs ${mib(bytes)}, got ${mib(memory)}. Give ` +
      '--max-degree a smaller value, or more --memory.',
  );
}
