import { type Context, within } from './context.js';
import { type Line, type Tried, undone } from './lines.js';

/** How large a job is. */
export interface Size {
  /** Rows. */
  readonly n: number;
  /** Whether it is the first of its sizes. */
  readonly first: boolean;
}

/** What came of a job. */
export interface Outcome {
  readonly lines: readonly Line[];
  /** Seconds of what grows with the size; null where it has failed. */
  readonly seconds: number | null;
}

/** Something that is done at several sizes. */
export interface Job {
  readonly tried: Tried;
  readonly sizes: readonly number[];
  run(context: Context, size: Size): Promise<Outcome>;
}

/** Seconds of what does not grow: a program starts, and reads. */
const START = 5;
/** Power of n with which seconds grow: small sizes do not fill a device. */
const POWER = 2.7;

interface Before {
  readonly n: number;
  readonly seconds: number;
}

/** Seconds to be expected by those of the size before; null for the first size. */
function expectedAt(n: number, before: Before | undefined): number | null {
  return before === undefined ? null : before.seconds * (n / before.n) ** POWER + START;
}

/** What is told of a size that would not end in time. */
function tooLarge({ tried }: Job, n: number, left: number, expected: number | null): Line {
  const by = expected === null ? '' : `; by the size before it, it takes ${expected.toFixed(0)} s`;
  return undone({ ...tried, what: `${tried.what}, n = ${n}` }, 'skipped', `${left.toFixed(0)} s are left${by}`);
}

/**
 * Runs all jobs at their first size, then at the next one. Each has its share of what is left, or twice what is to be
 * expected; a size that would not end in time is left out.
 */
export async function growing(context: Context, jobs: readonly Job[]): Promise<readonly Line[]> {
  const lines: Line[] = [];
  const before = new Map<Job, Before>();
  const passes = Math.max(0, ...jobs.map(({ sizes }) => sizes.length));
  for (let pass = 0; pass < passes; pass++) {
    // One that has failed would fail again.
    const open = jobs.filter((job) => job.sizes.length > pass && (pass === 0 || before.has(job)));
    for (const [k, job] of open.entries()) {
      const n = job.sizes[pass];
      const left = context.left();
      const expected = expectedAt(n, before.get(job));
      if (left <= START || (expected !== null && expected > left)) {
        lines.push(tooLarge(job, n, left, expected));
        continue;
      }
      const share = left / ((open.length - k) * (passes - pass));
      const found = await job.run(within(context, Math.max(share, 2 * (expected ?? 0))), { n, first: pass === 0 });
      lines.push(...found.lines);
      if (found.seconds === null) before.delete(job);
      else before.set(job, { n, seconds: found.seconds });
    }
  }
  return lines;
}
