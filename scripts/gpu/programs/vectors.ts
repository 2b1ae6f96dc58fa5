/**
 * The committed golden kernels on one backend in one precision: `node dist/scripts/gpu/programs/vectors.js --backend B
 * --precision P [--most N] [--seconds S]` prints one JSON object.
 *
 * With `--most` cases are left out evenly, and after so many seconds the rest is.
 */
import { type KernelKind, kernelMatrix, type NdArray, NumericalError, parseArchitecture } from '../../../src/index.js';
import {
  caseFiles,
  FIXTURES,
  type GoldenCase,
  imageCases,
  rows,
  vectorCases,
  worstError,
} from '../../../test/kernels/cases.js';
import { entryLimit, imageLimit, limits } from '../../../test/kernels/tolerances.js';
import { type Subject, spread, subjectOf } from './subject.js';

type Of = 'rows' | 'images';

interface Job {
  readonly golden: GoldenCase;
  readonly of: Of;
  readonly x: NdArray;
  readonly z: NdArray | null;
}

/** The worst of the cases whose entries have one limit. */
interface Found {
  readonly of: Of;
  readonly kernel: 'nngp' | 'ntk';
  /** What entries may be off, over sqrt(K(x,x) K(z,z)). */
  readonly limit: number;
  cases: number;
  error: number;
  at: string;
}

/** A kernel that is above its limit, or that failed. */
interface Wrong {
  readonly name: string;
  readonly kernel: string;
  readonly error: number | null;
  readonly limit: number | null;
  readonly message?: string;
}

function jobs(): readonly Job[] {
  // Other sets may lie beside the repository: what is run must be the same everywhere.
  const committed = new Set(caseFiles(FIXTURES));
  const own = ({ name }: GoldenCase): boolean => committed.has(`${name}.json`);
  return [
    ...vectorCases()
      .filter(own)
      .map((golden): Job => ({ golden, of: 'rows', x: rows(golden.x), z: golden.z && rows(golden.z) })),
    ...imageCases()
      .filter(own)
      .map((golden): Job => ({ golden, of: 'images', x: golden.x, z: golden.z })),
  ];
}

class Tally {
  readonly worst = new Map<string, Found>();
  readonly wrong: Wrong[] = [];
  /** Kernels whose entries no precision like this one can hold: they must be finite or refused. */
  exempt = 0;
  /** Kernels with a limit of their own, four times what a careful recursion reaches, and the largest share of it. */
  readonly own = { kernels: 0, share: 0 };

  constructor(private readonly subject: Subject) {}

  async add(job: Job): Promise<void> {
    const { golden } = job;
    const kinds = (['nngp', 'ntk'] as const).filter((kernel) => golden[kernel] !== null);
    const kind: KernelKind = kinds.length > 1 ? 'both' : kinds[0];
    const floors = golden.floor?.[this.subject.precision];
    try {
      const found = await kernelMatrix(job.x, {
        architecture: parseArchitecture(golden.architecture),
        ...(job.z === null ? {} : { z: job.z }),
        ...{ kind, normalized: golden.normalized ?? false, threads: 1 },
        ...{ backend: this.subject.backend, precision: this.subject.precision },
      });
      for (const kernel of kinds) this.compare(job, kernel, found[kernel], floors?.[kernel]);
    } catch (error) {
      if (error instanceof NumericalError && kinds.some((kernel) => floors?.[kernel] === null)) {
        this.exempt += kinds.length;
        return;
      }
      const message = error instanceof Error ? error.message : String(error);
      this.wrong.push({ name: golden.name, kernel: kind, error: null, limit: null, message });
    }
  }

  private compare({ golden, of }: Job, kernel: 'nngp' | 'ntk', k: NdArray | undefined, floor?: number | null): void {
    const { name } = golden;
    const data = k?.data;
    if (k === undefined || data === undefined || !data.every((v) => Number.isFinite(v))) {
      this.wrong.push({ name, kernel, error: null, limit: null, message: 'an entry is not finite' });
      return;
    }
    if (floor === null) {
      this.exempt += 1;
      return;
    }
    const base = limits(this.subject)[of === 'rows' ? 'entry' : 'image'];
    const limit = (of === 'rows' ? entryLimit : imageLimit)(this.subject, floor);
    const error = worstError(golden, kernel, k);
    if (!(error <= limit)) this.wrong.push({ name, kernel, error, limit });
    if (limit > base) {
      this.own.kernels += 1;
      this.own.share = Math.max(this.own.share, error / limit);
      return;
    }
    const key = `${of} ${kernel}`;
    const found = this.worst.get(key) ?? { of, kernel, limit, cases: 0, error: 0, at: name };
    this.worst.set(key, found);
    found.cases += 1;
    if (error > found.error) Object.assign(found, { error, at: name });
  }
}

const subject = subjectOf(process.argv.slice(2));
const all = jobs();
const chosen = spread(all, subject.most);
const tally = new Tally(subject);
let done = 0;
for (const job of chosen) {
  if (subject.late()) break;
  await tally.add(job);
  done += 1;
}
const { worst, wrong, exempt, own } = tally;
console.log(JSON.stringify({ cases: all.length, done, worst: [...worst.values()], own, exempt, wrong }));
