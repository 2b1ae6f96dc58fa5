import { InterruptedError } from '../../errors.js';
import { now } from '../../platform/clock.js';
import { nextTask } from '../../platform/tasks.js';
import { harmonics } from './axis-rule.js';
import type { Columns, GridNodes } from './grid-nodes.js';
import type { Grid } from './grid-rooms.js';
import { GridValues } from './grid-values.js';
import { type Basis, project } from './project.js';

/** Seconds after which other work of the process gets its turn. */
const TURN = 0.1;

/** The integration of one output over one grid. */
export class Integration {
  readonly #values: GridValues;
  readonly #grid: Grid;
  readonly #bases: readonly Basis[];
  readonly #at: number[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #strip: Float64Array;
  #turn = now();

  /** Harmonics of the sphere in R^dim up to a degree on every axis. */
  constructor(nodes: GridNodes, columns: Columns, grid: Grid, dim: number, degree: number, signal?: AbortSignal) {
    this.#values = new GridValues(nodes, columns, grid);
    this.#grid = grid;
    this.#bases = grid.axes.map((rule) => ({
      rows: degree + 1,
      nodes: rule.weights.length,
      values: harmonics(rule, dim, degree),
    }));
    this.#signal = signal;
    this.#strip = new Float64Array(this.#values.output.below.length);
  }

  /** E[u P_k1(t_1) P_k2(t_2) ...] for every frequency, `[degree + 1]` on each axis, u the correlation of the output. */
  async run(): Promise<Float64Array> {
    this.#values.run(0, this.#at);
    return this.#level(0);
  }

  async #level(level: number): Promise<Float64Array> {
    const { sliced, axes } = this.#grid;
    if (level === sliced) {
      await this.#rest();
      return this.#projected();
    }
    const { rows, nodes, values } = this.#bases[level];
    let out = new Float64Array(0);
    for (let i = 0; i < axes[level].weights.length; i++) {
      this.#at[level] = i;
      this.#values.run(level + 1, this.#at);
      const inner = await this.#level(level + 1);
      if (i === 0) out = new Float64Array(rows * inner.length);
      for (let k = 0; k < rows; k++) addTimes(inner, values[k * nodes + i], out, k * inner.length);
    }
    return out;
  }

  #projected(): Float64Array {
    const { below, above } = this.#values.output;
    for (let p = 0; p < below.length; p++) this.#strip[p] = below[p] <= above[p] ? 1 - below[p] : above[p] - 1;
    return project(this.#strip, this.#bases.slice(this.#grid.sliced));
  }

  async #rest(): Promise<void> {
    if (this.#signal?.aborted) throw new InterruptedError();
    if (now() - this.#turn < TURN) return;
    await nextTask();
    this.#turn = now();
  }
}

function addTimes(source: Float64Array, factor: number, out: Float64Array, from: number): void {
  for (let j = 0; j < source.length; j++) out[from + j] += factor * source[j];
}
