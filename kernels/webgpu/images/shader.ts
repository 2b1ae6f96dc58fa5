import type { PreparedImages } from '../../../src/backend/images/prepare.js';
import { type Phase, type StagePhases, selfKernelPhase, stagePhases } from '../../../src/programme/images/phases.js';
import type { ImagePlan } from '../../../src/programme/images/plan.js';
import type { ValueId } from '../../../src/vocabulary/steps.js';
import { calledFunctions } from '../formulas/functions.js';
import { smoothFunction } from '../formulas/smooth.js';
import { BlockLayout } from './columns.js';
import { workOf } from './costs.js';
import { BINDINGS, PUT, TILE, VALUES } from './declarations.js';
import { calledPositionPairFunctions, spreadFunction } from './functions.js';
import { PositionPairPrinter } from './pair-printer.js';
import { type Field, handedNumbers, isWhole } from './tables.js';
import { type Template, TemplatePrinter } from './template.js';

/** Everything about a job on images that is found before the device is asked. */
export interface ImageShader {
  readonly text: string;
  /** What the shader finds in the table for each component of each stage. */
  readonly fields: readonly (readonly Field[])[];
  readonly layout: BlockLayout;
  readonly constants: Float32Array<ArrayBuffer>;
  /** Threads of a workgroup. */
  readonly threads: number;
  /** Numbers that a pair hands on from stage to stage, and that a workgroup keeps outside its own memory (0: none). */
  readonly handed: number;
  readonly scratch: number;
  /** Components of each stage. */
  readonly components: readonly number[];
  /** Instructions at position pairs of one pair: what it costs. */
  readonly work: number;
}

/** What of a device decides the form of a shader. */
export interface ShaderLimits {
  /** Bytes that a workgroup shares. */
  readonly workgroupBytes: number;
  readonly invocations: number;
}

/** Fields of a stage in the order in which they are first asked for. */
class Fields {
  readonly list: Field[] = [];

  index(field: Field): number {
    const name = JSON.stringify(field);
    const known = this.list.findIndex((f) => JSON.stringify(f) === name);
    return known < 0 ? this.list.push(field) - 1 : known;
  }
}

/**
 * Threads that suit components of `positionPairs` position pairs: several position pairs a thread, as far as the device
 * goes.
 */
function threadsFor(positionPairs: number, most: number): number {
  let threads = 32;
  while (threads * 4 < positionPairs && threads < 256 && threads * 2 <= most) threads *= 2;
  return threads;
}

class StagePrinter {
  readonly fields = new Fields();
  readonly #plan: ImagePlan;
  readonly #job: PreparedImages;
  readonly #layout: BlockLayout;
  readonly #stage: number;
  readonly #phased: StagePhases;
  readonly #places: ReadonlyMap<ValueId, number>;
  readonly #lets = new Map<string, string>();

  constructor(
    shader: Pick<ShaderMaker, 'plan' | 'job' | 'layout'>,
    stage: number,
    phased: StagePhases,
    places: ReadonlyMap<ValueId, number>,
  ) {
    this.#plan = shader.plan;
    this.#job = shader.job;
    this.#layout = shader.layout;
    this.#stage = stage;
    this.#phased = phased;
    this.#places = places;
  }

  /**
   * The entry point of the stage, and one for self-kernels of each of `pools`, which this stage is the first to read.
   */
  print(constants: TemplatePrinter, counts: ReadonlyMap<ValueId, number>, pools: readonly ValueId[]): string {
    const entries = [this.#entry(`stage${this.#stage}`, this.#phased.phases, constants, counts)];
    for (const v of pools)
      entries.push(this.#entry(selfKernelEntry(v), [selfKernelPhase(this.#plan, v)], constants, counts));
    return entries.join('\n\n');
  }

  #entry(
    name: string,
    list: readonly Phase[],
    constants: TemplatePrinter,
    counts: ReadonlyMap<ValueId, number>,
  ): string {
    this.#lets.clear();
    const phases = constants.print(list.map((phase) => this.#phase(phase)));
    const loaded = list
      .flat()
      .flatMap(({ instructions }) => instructions.flatMap((i) => (i.op === 'load' ? i.of : [])));
    const totals = loaded
      .filter((v) => isWhole(this.#plan.programme.steps[v]))
      .map((v) => `  let total${v} = total(${this.#places.get(v)}u, ${counts.get(v)}u, thread);`);
    const lets = Array.from(this.#lets, ([name, text]) => `  let ${name} = ${text};`);
    const usesInfo = this.fields.list.length > 0;
    return `@compute @workgroup_size(THREADS)
fn ${name}(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32
) {
  let pair = pairAt(tile.first + group.y);
  if (tile.diagonal == 1u && pair.x > pair.y) { return; }
  x = pair.x * BLOCK;
  z = pair.y * BLOCK;
  handedFirst = group.y * HANDED;
  scratchFirst = (group.y * groups.x + group.x) * SCRATCH;
${usesInfo ? `  let info = FIELDS${this.#stage} + (tile.component + group.x) * ${this.fields.list.length}u;\n` : ''}${[
  ...lets,
  ...totals,
  ...phases,
].join('\n')}
}`;
  }

  #field(name: string, field: Field): string {
    this.#lets.set(name, `tables[info + ${this.fields.index(field)}u]`);
    return name;
  }

  #grid(grid: number): string {
    this.#field(`positionPairs${grid}`, { kind: 'positionPairs', grid });
    return this.#field(`count${grid}`, { kind: 'count', grid });
  }

  /** The window of a step; steps with equal windows share one. */
  #window(value: ValueId): string {
    const { programme, places } = this.#plan;
    const key = (v: ValueId): string => {
      const step = programme.steps[v];
      if (step.op !== 'window' && step.op !== 'pixel') return '';
      const how = step.op === 'pixel' ? step.at : step.windows;
      return `${places.of[step.of].grid}:${places.of[v].grid}:${JSON.stringify(how)}`;
    };
    const first = programme.steps.findIndex((_, v) => key(v) === key(value));
    const step = programme.steps[first];
    if (step.op !== 'window' && step.op !== 'pixel') return '';
    const [from, to] = [places.of[step.of].grid, places.of[first].grid];
    const parts = [
      this.#field(`taps${first}`, { kind: 'taps', step: first }),
      this.#field(`halves${first}`, { kind: 'halves', step: first }),
      this.#grid(to),
      this.#field(`positionPairs${from}`, { kind: 'positionPairs', grid: from }),
      this.#grid(from),
    ];
    this.#lets.set(`window${first}`, `Window(${parts.join(', ')})`);
    return `window${first}`;
  }

  #phase(phase: Phase): Template {
    const lines: string[] = [];
    const after: string[] = [];
    for (const { grid, instructions } of phase) {
      const printer = new PositionPairPrinter({
        plan: this.#plan,
        job: this.#job,
        layout: this.#layout,
        slots: this.#phased.slots,
        window: (step) => this.#window(step),
        numbers: (of, g) => this.#field(`numbers${of}_${g}`, { kind: 'numbers', of, grid: g }),
        first: (of) => {
          const selfKernels = this.#plan.places.of[of].grid;
          return this.#field(`first${selfKernels}`, { kind: 'first', grid: selfKernels });
        },
        place: (of) => this.#places.get(of) ?? 0,
        grid,
      });
      for (const i of instructions) printer.print(i);
      for (const { step, name } of printer.sums) {
        lines.push(`  var ${name} = 0.0;`);
        after.push(`  let whole${step} = reduced(${name}, thread);`);
        after.push(
          `  if (thread == 0u) { handOn(${this.#places.get(step)}u + tile.component + group.x, whole${step}); }`,
        );
      }
      lines.push(`  for (var c = thread; c < ${this.#grid(grid)}; c += THREADS) {`);
      if (printer.lines.some((l) => l.includes('positionPair)') || l.includes('positionPair,'))) {
        lines.push(`    let positionPair = positionPairAt(positionPairs${grid}, count${grid}, c);`);
      }
      lines.push(...printer.lines, '  }');
    }
    return [...lines, ...after, '  barrier();'];
  }
}

class ShaderMaker {
  readonly plan: ImagePlan;
  readonly job: PreparedImages;
  readonly layout: BlockLayout;
  readonly #limits: ShaderLimits;

  constructor(plan: ImagePlan, job: PreparedImages, limits: ShaderLimits) {
    this.plan = plan;
    this.job = job;
    this.#limits = limits;
    this.layout = new BlockLayout(plan, job.channels, job.outputs.length);
  }

  make(): ImageShader {
    const { plan } = this;
    const outputs = this.job.outputs.map((output) => plan.body[output]);
    const phased = plan.body.stages.map((_, stage) => stagePhases(plan, stage, outputs));
    const counts = handedNumbers(plan);
    const places = new Map<ValueId, number>();
    let handed = 0;
    for (const [v, count] of counts) {
      places.set(v, handed);
      handed += count;
    }
    const printer = new TemplatePrinter();
    const stages = phased.map((p, stage) => new StagePrinter(this, stage, p, places));
    const entries = stages.map((s, stage) => s.print(printer, counts, this.#selfKernelPools(stage)));
    const fields = stages.map((s) => s.fields.list);
    const threads = threadsFor(plan.mostPositionPairs, this.#limits.invocations);
    const numbers = Math.max(...phased.map((p) => p.slotCount)) * plan.mostPositionPairs;
    const fits = 4 * (numbers + threads) <= this.#limits.workgroupBytes;
    const sizes = { threads, numbers, handed, scratch: fits ? 0 : numbers };
    const work = workOf(this.plan, phased);
    const components = plan.components.map((list) => list.length);
    const constants = Float32Array.from(printer.constants.length === 0 ? [0] : printer.constants);
    const text = this.#text(entries, fields, sizes);
    return { text, fields, layout: this.layout, constants, threads, handed, scratch: sizes.scratch, components, work };
  }

  /** Pools that begin a stage of which self-kernels are asked for. */
  #selfKernelPools(stage: number): ValueId[] {
    return [...this.job.x.pooled.keys()].filter((v) => this.plan.places.of[v].stage === stage);
  }

  #text(
    entries: readonly string[],
    fields: readonly (readonly Field[])[],
    sizes: { readonly threads: number; readonly numbers: number; readonly handed: number; readonly scratch: number },
  ): string {
    const { plan, job } = this;
    const constants = [
      `const THREADS = ${sizes.threads}u;`,
      `const CHANNELS = ${job.channels}u;`,
      `const BLOCK = ${this.layout.length}u; // numbers of an image`,
      `const HANDED = ${sizes.handed}u; // numbers that a pair hands from stage to stage`,
      `const CELLS = ${plan.mostPositionPairs}u; // most pairs of positions that a workgroup visits`,
      `const SCRATCH = ${sizes.scratch}u;`,
      ...fields.map((_, stage) => `const FIELDS${stage} = ${this.#firstField(fields, stage)}u;`),
    ];
    const body = entries.join('\n\n');
    const smooth = this.#smooth();
    const put = PUT(job.outputs.length, this.layout.scales);
    const positionPair = calledPositionPairFunctions(`${body}\n${put}`);
    const parts = [TILE, constants.join('\n'), BINDINGS, VALUES(sizes.numbers, sizes.scratch > 0), positionPair, put];
    return `${[...parts, calledFunctions(`${body}\n${smooth}`), smooth, body].filter((t) => t !== '').join('\n\n')}\n`;
  }

  /** Where the fields of a stage begin in the table. */
  #firstField(fields: readonly (readonly Field[])[], stage: number): number {
    return fields.slice(0, stage).reduce((sum, list, s) => sum + list.length * this.plan.components[s].length, 0);
  }

  /** The functions of smooth maps. */
  #smooth(): string {
    const texts = new Set<string>();
    for (const i of this.plan.body.stages.flat()) {
      if (i.op === 'smooth') texts.add(spreadFunction(i.map)).add(smoothFunction(i.map, false));
      if (i.op === 'smoothSlope') texts.add(smoothFunction(i.map, true));
    }
    return [...texts].join('\n\n');
  }
}

/**
 * Name of the entry point that hands self-kernels of a pool to the results, in the place of the stage that the pool
 * begins.
 */
export function selfKernelEntry(pool: ValueId): string {
  return `own${pool}`;
}

/**
 * The shader of a job on images, WGSL: an entry point for each stage, one workgroup for each pair of images and
 * component, and one for each pool whose self-kernels are asked for. @throws DeviceFullError where its tables are too
 * long
 */
export function imageShader(plan: ImagePlan, job: PreparedImages, limits: ShaderLimits): ImageShader {
  return new ShaderMaker(plan, job, limits).make();
}
