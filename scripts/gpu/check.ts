import type { Context, Part } from './context.js';
import { type Devices, devicesOf } from './devices.js';
import { type Line, undone } from './lines.js';
import type { CheckOptions } from './options.js';
import { backendsCommand } from './parts/probe.js';
import { type Command, runStep, type Step } from './step.js';
import type { Ran } from './table.js';

/** Seconds that are kept for writing, and for ending what does not end by itself. */
const RESERVE = 3;
/** Seconds that looking for devices may take: TensorFlow compiles for cards that are newer than itself. */
const LOOKING = 60;
/** Seconds below which a part is not begun. */
const LEAST = 3;

/** A part with the programs that it ran. */
export interface Checked extends Ran {
  readonly steps: readonly Step[];
}

/** Where the check runs. */
export interface Place {
  readonly root: string;
  /** An empty folder. */
  readonly work: string;
}

/** The time that is left, divided among parts by their shares: what one leaves goes to those after it. */
class Clock {
  readonly #start = performance.now();

  constructor(private readonly budget: number) {}

  get elapsed(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** Seconds that are left to everything. */
  get left(): number {
    return Math.max(0, this.budget - Math.min(RESERVE, this.budget / 20) - this.elapsed);
  }

  /** Seconds for the first of the parts that are still to come. */
  forFirst(parts: readonly Part[], gpu: boolean): number {
    const shares = parts.map(({ share, shareOfProcessor = share }) => (gpu ? share : shareOfProcessor));
    return (this.left * shares[0]) / shares.reduce((sum, share) => sum + share, 0);
  }
}

/** Runs the parts, one after the other; each survives the failure of those before it. */
export class Check {
  readonly #clock: Clock;
  readonly #steps = new Map<string, Step[]>();
  #devices: Devices = { subjects: [], missing: [] };

  constructor(
    private readonly options: CheckOptions,
    private readonly place: Place,
    private readonly tell: (text: string) => void,
  ) {
    this.#clock = new Clock(options.budget);
  }

  /** Seconds since it began. */
  get elapsed(): number {
    return this.#clock.elapsed;
  }

  /** What is here, as `ntk backends` found it. */
  get devices(): Devices {
    return this.#devices;
  }

  /** Looks for devices, then runs each part that is asked for. */
  async run(parts: readonly Part[]): Promise<readonly Checked[]> {
    this.tell('looking for devices');
    const most = Math.max(this.#clock.left / 10, Math.min(LOOKING, this.#clock.left / 2));
    const looked = await this.#step('probe', most, backendsCommand(this.#context('probe', 0)));
    this.#devices = devicesOf(looked);
    const done: Checked[] = [];
    const gpu = this.#devices.subjects.some((one) => one.gpu);
    for (const [k, part] of parts.entries()) {
      done.push(await this.#part(part, this.#clock.forFirst(parts.slice(k), gpu)));
    }
    return done;
  }

  async #part(part: Part, limit: number): Promise<Checked> {
    const { name, describe } = part;
    const begun = this.elapsed;
    const steps = (): readonly Step[] => this.#steps.get(name) ?? [];
    const ran = (lines: readonly Line[]): Checked => ({
      ...{ name, describe, seconds: this.elapsed - begun, limitSeconds: limit, lines, steps: steps() },
    });
    if (limit < LEAST) {
      const why = `no time: ${this.#clock.left.toFixed(0)} of ${this.options.budget} s are left to all of the rest`;
      return ran([undone({ what: name }, 'skipped', why)]);
    }
    this.tell(`${name}: ${describe}, at most ${limit.toFixed(0)} s`);
    try {
      return ran(await part.run(this.#context(name, limit)));
    } catch (error) {
      // A program whose output is not what it should be, say.
      const message = error instanceof Error ? error.message : String(error);
      return ran([undone({ what: name }, 'failed', `its results cannot be read: ${message}`)]);
    }
  }

  #context(name: string, limit: number): Context {
    const until = this.elapsed + limit;
    const left = (): number => Math.max(0, Math.min(until - this.elapsed, this.#clock.left));
    return {
      ...{ devices: this.#devices, quick: this.options.quick, data: this.options.data },
      ...{ work: this.place.work, root: this.place.root, left },
      step: ({ most = Infinity, ...command }) => this.#step(name, Math.min(most, left()), command),
      stepsOf: (part) => this.#steps.get(part) ?? [],
    };
  }

  async #step(part: string, limitSeconds: number, command: Omit<Command, 'limitSeconds' | 'fault'>): Promise<Step> {
    const step = await runStep({ ...command, limitSeconds, fault: this.options.faults.get(part) });
    this.#steps.set(part, [...(this.#steps.get(part) ?? []), step]);
    if (step.error !== undefined) this.tell(`  ${step.name}: ${step.error}`);
    return step;
  }
}
