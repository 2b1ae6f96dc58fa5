import type { PreparedImages } from '../../../src/backend/images/prepare.js';
import type { Output } from '../../../src/backend/tasks.js';
import { InternalError } from '../../../src/errors.js';
import type { ImageColumn } from '../../../src/programme/images/columns.js';
import type { ImageValue } from '../../../src/programme/images/instructions.js';
import { imageResults } from '../../../src/programme/images/instructions.js';
import {
  type PositionPairLoop,
  type StagePhases,
  stagePhases,
  valueKey,
} from '../../../src/programme/images/phases.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { positionCount } from '../../../src/vocabulary/windows.js';
import { calledFunctions } from '../formulas/functions.js';
import { laneCount, prelude, type Target } from '../vector.js';
import { factorSource } from './factor-source.js';
import type { PlacedFactor } from './factor-table.js';
import { type Frame, gridFrames, type WindowReads, windowReads } from './geometry.js';
import { CellPrinter, type PrintContext } from './instructions.js';
import { Loop } from './loop.js';
import { placeStored, STORED_FUNCTIONS, type StoredPlaces } from './stored.js';
import { gridText, WINDOW_FUNCTIONS, windowText } from './windows.js';

/** Kernels of images as C, with the tables that it reads. */
export interface PrintedImages {
  readonly source: string;
  readonly constants: readonly number[];
  /** Words of all loops; in front [first component, number of components] of each stage, which are filled in later. */
  readonly words: readonly number[];
  readonly columns: readonly PlacedFactor[];
  /** Bytes of the block of an image of x. */
  readonly blockBytes: number;
  /** Cells of all slots. */
  readonly cells: number;
  readonly stored: StoredPlaces;
}

/** What is printed. */
export interface PrintInput {
  readonly plan: ImagePlan;
  readonly job: PreparedImages;
  readonly target: Target;
  /** Whether each image of a group meets itself: then images of x lie side by side as those of z do. */
  readonly selves: boolean;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Gives out places for columns of factors. */
class Columns {
  readonly list: PlacedFactor[] = [];
  bytes: number;
  readonly #plan: ImagePlan;
  readonly #element: number;
  readonly #known = new Map<string, number>();

  constructor(plan: ImagePlan, job: PreparedImages) {
    this.#plan = plan;
    this.#element = job.precision === 'f64' ? 8 : 4;
    this.bytes = aligned(positionCount(plan.programme.positions ?? []) * job.channels * this.#element);
  }

  /** Place of a column in numbers, made when it is first asked for. */
  place(column: ImageColumn): number {
    const name = JSON.stringify(column);
    const known = this.#known.get(name);
    if (known !== undefined) return known / this.#element;
    const at = this.bytes;
    const { height, width } = this.#plan.places.grids[this.#plan.places.of[column.value].grid];
    this.bytes += aligned(height * width * (column.kind === 'smooth' ? 32 : this.#element));
    this.list.push({ column, at });
    this.#known.set(name, at);
    return at / this.#element;
  }
}

/** Names for equal texts. */
class Names {
  readonly texts: string[] = [];
  readonly #known = new Map<string, string>();

  of(text: string, prefix: string, define: (name: string) => string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const name = `${prefix}${this.#known.size}`;
    this.#known.set(text, name);
    this.texts.push(define(name));
    return name;
  }
}

/** What lies around a list that windows read beyond the image: its other end, zeros, or halves. */
type Around = 'wraps' | 'zeros' | 'halves';

class ImagePrinter {
  readonly constants: number[] = [];
  readonly words: number[];
  readonly columns: Columns;
  readonly stored: StoredPlaces;
  cells = 0;
  readonly #plan: ImagePlan;
  readonly #job: PreparedImages;
  readonly #frames: readonly Frame[];
  readonly #reads: readonly (WindowReads | null)[];
  readonly #slotCells: number;
  readonly #tables = new Names();
  readonly #loops = new Names();

  constructor({ plan, job }: PrintInput) {
    this.#plan = plan;
    this.#job = job;
    this.#frames = gridFrames(plan);
    this.#reads = plan.programme.steps.map((_, v) => windowReads(plan, v));
    this.#slotCells = Math.max(...this.#frames.map(({ rows, pitch }) => rows * pitch));
    this.columns = new Columns(plan, job);
    this.stored = placeStored(plan);
    this.words = new Array<number>(2 * plan.places.stages).fill(0);
  }

  /** Constants of tables, functions of loops, and the stages that call them. */
  print(outputs: readonly Output[]): string {
    const values = outputs.map((output) => this.#plan.body[output]);
    const stages = this.#plan.body.stages.map((_, s) => this.#stage(s, stagePhases(this.#plan, s, values)));
    return [...this.#tables.texts, ...this.#loops.texts, ...stages].join('\n\n');
  }

  #stage(stage: number, phased: StagePhases): string {
    this.cells = Math.max(this.cells, phased.slotCount * this.#slotCells);
    const around = this.#around(phased);
    const lines = phased.phases.flatMap((loops) =>
      loops.flatMap((loop) => this.#loop(stage, loop, phased.slots, around)),
    );
    return `static void stage${stage}(const Frame *f, const double *c, const int32_t *w) {\n${lines.join('\n')}\n}`;
  }

  /** What has to stand around each list. */
  #around({ phases }: StagePhases): ReadonlyMap<string, Around> {
    const found = new Map<string, Around>();
    for (const i of phases.flat().flatMap(({ instructions }) => instructions)) {
      if (i.op !== 'window' && i.op !== 'windowPlain') continue;
      const reads = this.#readsOf(i.step);
      if (reads.leaves) found.set(valueKey(i.of), reads.wraps ? 'wraps' : i.of.form === 'weighed' ? 'halves' : 'zeros');
    }
    return found;
  }

  #loop(
    stage: number,
    { grid, instructions }: PositionPairLoop,
    slots: ReadonlyMap<string, number>,
    around: ReadonlyMap<string, Around>,
  ): readonly string[] {
    const isSigned = ({ form, value }: ImageValue): boolean => form === 'distance' && this.#plan.body.signed[value];
    const column = (c: ImageColumn): number => this.columns.place(c);
    const loop = new Loop({ frames: this.#frames, grid, slots, isSigned, column, slotCells: this.#slotCells });
    const printer = new CellPrinter(loop, this.#context(stage));
    for (const i of instructions) {
      printer.print(i);
      if (i.op === 'output' || i.op === 'selfKernel') continue;
      for (const v of imageResults(i)) this.#surround(loop, v, around.get(valueKey(v)));
    }
    const { text, constants, words } = loop.print();
    const define = (name: string): string =>
      `static NOINLINE void ${name}(const Frame *f, const double *c, const int32_t *w) {\n${text}\n}`;
    const name = this.#loops.of(text, 'cells', define);
    const call = `  ${name}(f, c + ${this.constants.length}, w + ${this.words.length});`;
    this.constants.push(...constants);
    this.words.push(...words);
    return [`  // ${this.#title(instructions)}`, call];
  }

  #surround(loop: Loop, v: ImageValue, around: Around | undefined): void {
    if (around === undefined) return;
    const grid = `&${this.#gridName(loop.in.grid)}`;
    if (around === 'wraps') loop.after.push(`if (r->y1 > r->y0) wrapAround(${loop.list(v)}, ${grid});`);
    else if (around === 'zeros') loop.after.push(`outside(${loop.list(v)}, ${grid}, r, 0, 0);`);
    else {
      const [x, z] = loop.columns({ kind: 'deviation', value: v.value });
      loop.after.push(`outside(${loop.list(v)}, ${grid}, r, ${x}, ${z});`);
    }
  }

  /** Steps of a loop, for readers. */
  #title(instructions: PositionPairLoop['instructions']): string {
    const steps = new Map<ValueId, string>();
    for (const i of instructions) {
      const value = 'step' in i ? i.step : 'out' in i ? i.out.value : i.op === 'output' ? -1 : undefined;
      if (value === undefined) continue;
      if (value < 0) steps.set(value, 'output');
      else steps.set(value, `${value} ${this.#plan.programme.steps[value].op}`);
    }
    return `steps ${[...steps.values()].join(', ')}`;
  }

  #context(stage: number): PrintContext {
    return {
      plan: this.#plan,
      job: this.#job,
      stored: this.stored,
      stage,
      reads: (step) => this.#readsOf(step),
      gridName: (grid) => this.#gridName(grid),
      windowName: (step) => {
        const text = windowText(this.#readsOf(step));
        return this.#tables.of(text, 'window', (name) => `static const Window ${name} = ${text};`);
      },
    };
  }

  #gridName(grid: number): string {
    const text = gridText(this.#frames[grid]);
    return this.#tables.of(text, 'grid', (name) => `static const Grid ${name} = ${text};`);
  }

  #readsOf(step: ValueId): WindowReads {
    const reads = this.#reads[step];
    if (reads === null) throw new InternalError(`value ${step} is no window`);
    return reads;
  }
}

/** What all loops use. */
const FUNCTIONS = `#define NOINLINE __attribute__((noinline))
#define ZERO splat(0)
#define ONE splat(1)
#define TWO splat(2)
#define HALF splat((T)0.5)

// Where pairs of positions (p, p') of a grid are visited: rows, and one or two parts of each that lie side by side.
typedef struct { int32_t y0, y1, dy, dx, parts; struct { int32_t x0, x1, qx; } part[2]; int32_t spare; } Rect;

// What is at work: factors of an image x and of LANES images z, lists of cells, what stages hand on, results.
typedef struct {
  const T *x, *z;
  T *slots;
  double *stored;
  const int32_t *starts;
  const Rect *rects;
  T *results[2];
} Frame;`;

/** How numbers of images of x are read. */
const ONE_IMAGE = `// One image x meets all images z of a group.
enum { XLANES = 1 };
INLINE V loadX(const T *at) { return splat(*at); }
INLINE dV dloadX(const double *at, int half) { return dsplat(*at); }`;

/** The same where each image is met by itself. */
const SELVES = `// Each image of a group meets itself.
enum { XLANES = LANES };
INLINE V loadX(const T *at) { return load(at); }
INLINE dV dloadX(const double *at, int half) { return dload(at + half); }`;

/** What loops call. */
const DISTANCES = `// Signed cosine distance of unit pixels: 1/2 |x - z|^2 or, where x . z < 0, -1/2 |x + z|^2.
INLINE V pixelDistance(const T *x, const T *z, int channels) {
  V u = splat(0), sum = splat(0);
  for (int k = 0; k < channels; k++) u = u + loadX(x + k * XLANES) * load(z + k * LANES);
  const M far = less(u, splat(0));
  for (int k = 0; k < channels; k++) {
    const V v = load(z + k * LANES), d = loadX(x + k * XLANES) - pick(far, -v, v);
    sum = sum + d * d;
  }
  return minus(splat((T)0.5) * sum, far);
}

// 1 - K / sqrt(K(x,x) K(z,z)), with the sign in its place; exactly 0 where all three are one number.
INLINE V distanceOf(V k, V squares) {
  const V r = root(squares);
  const V below = larger(ZERO, r - k) / r, above = larger(ZERO, r + k) / r;
  return pick(less(ZERO, r), bothSides(below, above), ONE);
}`;

/** The function that computes a tile. */
function tileFunction(grids: number, stages: number): string {
  const cases = Array.from({ length: stages }, (_, s) => `    case ${s}: stage${s}(f, c, w); break;`);
  return `// One stage at all its components.
static void runStage(int stage, Frame *f, const Rect *rects, const double *c, const int32_t *w) {
  const int first = w[2 * stage], count = w[2 * stage + 1];
  for (int k = first; k < first + count; k++) {
    f->rects = rects + (int64_t)k * ${grids};
    switch (stage) {
${cases.join('\n')}
    }
  }
}

/*
 * A tile. Arguments: blocks of x, bytes of one, blocks of groups of z, rows, columns, column of the diagonal in the
 * first row where the upper triangle is wanted alone (else -1), numbers of a row of results, both results, lists, what
 * stages hand on, its numbers of a lane, constants, words, starts, rectangles, stages to run.
 */
int64_t ntk_images(uint8_t *m, const int64_t *a) {
  Frame f;
  f.slots = (T *)(m + a[9]);
  f.stored = (double *)(m + a[10]);
  f.starts = (const int32_t *)(m + a[14]);
  const double *c = (const double *)(m + a[12]);
  const int32_t *w = (const int32_t *)(m + a[13]);
  const Rect *rects = (const Rect *)(m + a[15]);
  for (int64_t column = 0; column < a[4]; column += LANES) {
    for (int64_t row = 0; row < a[3]; row++) {
      if (a[5] >= 0 && column + LANES <= row + a[5]) continue;
      f.x = (const T *)(m + a[0] + row * a[1]);
      f.z = (const T *)(m + a[2] + column * a[1]);
      for (int k = 0; k < 2; k++) f.results[k] = (T *)(m + a[7 + k]) + row * a[6] + column;
      memset(f.stored, 0, 8 * a[11] * LANES);
      for (int stage = 0; stage < a[16]; stage++) runStage(stage, &f, rects, c, w);
    }
  }
  return 0;
}`;
}

/** Prints the kernels of a job on images. */
export function printImages(input: PrintInput): PrintedImages {
  const { plan, job, target, selves } = input;
  const printer = new ImagePrinter(input);
  const body = printer.print(job.outputs);
  const source = [
    prelude(target, job.precision),
    FUNCTIONS,
    selves ? SELVES : ONE_IMAGE,
    DISTANCES,
    calledFunctions(body, job.precision),
    WINDOW_FUNCTIONS,
    STORED_FUNCTIONS,
    factorSource(),
    body,
    tileFunction(plan.places.grids.length, plan.places.stages),
    '',
  ].join('\n\n');
  const { constants, words, columns, stored, cells } = printer;
  const lanes = laneCount(target, job.precision);
  if (columns.bytes * lanes > 2 ** 31) throw new InternalError('factors of images are beyond 2 GiB');
  return { source, constants, words, columns: columns.list, blockBytes: columns.bytes, cells, stored };
}
