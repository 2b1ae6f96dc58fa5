import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { serialiseArchitecture } from '../architecture/serialise.js';
import type { Architecture } from '../architecture/types.js';
import type { NdArray } from '../data/array.js';
import { openNpz } from '../data/npz-arrays.js';
import { writeAll, writeBeside } from '../data/write/beside.js';
import { writeNpz } from '../data/write/npz.js';
import { DataError, isNtkError, OutputError } from '../errors.js';
import { codeOf, complaint } from '../message.js';

/** What the finished networks of a folder belong to: everything that decides on their kernels but width and number. */
export interface CompareJob {
  /** The network. */
  readonly architecture: Architecture;
  /** Inputs `[n, ...]`. */
  readonly x: NdArray;
  /** Where they came from, for messages. */
  readonly source: string;
  /** First seed. */
  readonly seed: number;
  /** Law of the weights; null: as the architecture says. */
  readonly init: string | null;
  /** Outputs of the networks. */
  readonly outputs: number;
  /** Number format of the finite networks. */
  readonly precision: string;
}

/** Version of the files; other files are not read. */
const FORMAT = 'ntk-pairs/1';
/** Folder of the finished networks in that of a comparison. */
const PAIRS = 'pairs';
const JOB = 'job.json';
/** What this stores: the networks, the analytic kernel, the job; and what a killed process left of them. */
const OWN =
  /^(w\d+-s\d+\.npz|analytic\.npz|job\.json|\.(w\d+-s\d+\.npz|analytic\.npz|job\.json)\.\d+-[\da-f]+\.partial)$/;
/** Facts of a job in the order in which differences are named; the last are not compared. */
const COMPARED = ['format', 'architecture', 'data', 'seed', 'init', 'outputs', 'precision'] as const;

type Facts = Readonly<Record<(typeof COMPARED)[number] | 'name' | 'source', string>>;

function factsOf({ architecture, x, source, seed, init, outputs, precision }: CompareJob): Facts {
  const { buffer, byteOffset, byteLength } = x.data;
  const hash = createHash('sha256').update(`${x.data.BYTES_PER_ELEMENT} ${x.shape.join()}`);
  return {
    format: FORMAT,
    architecture: serialiseArchitecture(architecture),
    data: hash.update(new Uint8Array(buffer, byteOffset, byteLength)).digest('hex'),
    seed: String(seed),
    init: init ?? 'as the architecture says',
    outputs: String(outputs),
    precision,
    name: architecture.name,
    source,
  };
}

function isFacts(value: unknown): value is Facts {
  if (typeof value !== 'object' || value === null) return false;
  return [...COMPARED, 'name', 'source'].every((key) => key in value && typeof Reflect.get(value, key) === 'string');
}

/** A fact for people: long ones by their name. */
function show(facts: Facts, key: (typeof COMPARED)[number]): string {
  if (key === 'architecture') return facts.name || 'a network without a name';
  return key === 'data' ? `${facts.source} (sha256 ${facts.data.slice(0, 8)})` : facts[key];
}

function readFacts(path: string): Facts | null {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isFacts(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** Whether the process that was writing a partial file is gone, as far as this machine knows. */
function isAbandoned(name: string): boolean {
  const [, process_] = /\.(\d+)-[\da-f]+\.partial$/.exec(name) ?? [];
  if (process_ === undefined) return false;
  try {
    process.kill(Number(process_), 0);
    return false;
  } catch {
    return true;
  }
}

/** Whether a folder lies at a path; null for nothing, or where a part of the path is no folder. */
function isFolder(path: string): boolean | null {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? null;
  } catch {
    return null;
  }
}

/** Makes a folder in one that exists, unless it is there. */
function makeFolder(path: string): void {
  if (isFolder(path) === true) return;
  try {
    mkdirSync(path);
  } catch (error) {
    const rule = 'must be a folder, or a place where one can be made';
    throw new OutputError(complaint(path, rule, codeOf(error), 'Choose another place.'), { cause: error });
  }
}

/** Finished networks of one comparison in a folder, each in a file of its own that appears whole or not at all. */
export class PairStore {
  readonly #folder: string;
  readonly #facts: Facts;
  /** Stands in every file, so that one of another comparison is not taken for its own. */
  readonly #stamp: number;
  #isOpen = false;
  /** Whether the folder was made here. */
  #made = false;

  /**
   * Looks at `folder` without changing it; with `force` what it holds counts as gone.
   *
   * @throws OutputError when the folder cannot be one, or holds networks of something else
   */
  constructor(
    folder: string,
    job: CompareJob,
    readonly force: boolean,
  ) {
    this.#folder = folder;
    this.#facts = factsOf(job);
    const compared = COMPARED.map((key) => this.#facts[key]);
    this.#stamp = createHash('sha256').update(JSON.stringify(compared)).digest().readUIntBE(0, 6);
    for (const path of [folder, this.#pairs]) {
      if (isFolder(path) === false) throw new OutputError(`${path}: must be a folder, got a file. Name another.`);
    }
    const parent = dirname(folder);
    if (isFolder(parent) !== true) {
      throw new OutputError(`${folder}: must lie in a folder that exists, got ${parent}. Make the folder first.`);
    }
    if (!force) this.#checkJob();
  }

  get #pairs(): string {
    return join(this.#folder, PAIRS);
  }

  #checkJob(): void {
    const names = this.#names();
    if (names.length === 0) return;
    const there = readFacts(join(this.#pairs, JOB));
    const remedy = 'Give another folder, or --force to start anew in this one.';
    if (there === null) {
      const rule = 'must say what its networks belong to';
      throw new OutputError(`${join(this.#pairs, JOB)}: ${rule}, got no such file that can be read. ${remedy}`);
    }
    const other = COMPARED.filter((key) => there[key] !== this.#facts[key]);
    if (other.length === 0) return;
    const got = other.map((key) => {
      const [before, now] = [show(there, key), show(this.#facts, key)];
      return `another ${key}: ${before === now ? `${before}, with other contents` : `${before} there, ${now} here`}`;
    });
    throw new OutputError(`${this.#folder}: must hold networks of this comparison, got ${got.join('; ')}. ${remedy}`);
  }

  /** Whether the folder holds nothing of this kind yet. */
  get isNew(): boolean {
    return this.#names().length === 0;
  }

  /** Own files that are there. */
  #names(): readonly string[] {
    return existsSync(this.#pairs) ? readdirSync(this.#pairs).filter((name) => OWN.test(name)) : [];
  }

  /** Whether a file is there, damaged or not. */
  has(name: string): boolean {
    return (this.#isOpen || !this.force) && existsSync(join(this.#pairs, `${name}.npz`));
  }

  /** Makes the folder ready to take networks; with `force` what it held is removed, and nothing else. */
  async open(): Promise<void> {
    this.#made = !existsSync(this.#folder);
    makeFolder(this.#folder);
    makeFolder(this.#pairs);
    for (const name of this.#names()) if (this.force || isAbandoned(name)) rmSync(join(this.#pairs, name));
    this.#isOpen = true;
    const path = join(this.#pairs, JOB);
    if (existsSync(path)) return;
    const text = Buffer.from(`${JSON.stringify(this.#facts, null, 2)}\n`);
    try {
      await writeBeside(path, (handle) => writeAll(handle, text), false);
    } catch (error) {
      // Another process may have begun in the same folder at the same time: then it has to be the same comparison.
      if (!existsSync(path)) throw error;
      this.#checkJob();
    }
  }

  /** Removes what was made for a run that kept nothing; whether nothing is kept. */
  abandon(): boolean {
    const names = this.#names();
    if (!this.#isOpen) return names.length === 0;
    if (names.some((name) => name.endsWith('.npz'))) return false;
    for (const name of names) rmSync(join(this.#pairs, name));
    if (readdirSync(this.#pairs).length === 0) rmdirSync(this.#pairs);
    if (this.#made && readdirSync(this.#folder).length === 0) rmdirSync(this.#folder);
    return true;
  }

  /**
   * The arrays of a file, of these lengths; null when it is not there.
   *
   * @throws DataError when it is damaged, or belongs to another comparison
   */
  async read(
    name: string,
    lengths: Readonly<Record<string, number>>,
  ): Promise<Readonly<Record<string, NdArray>> | null> {
    if (!this.has(name)) return null;
    const path = join(this.#pairs, `${name}.npz`);
    const file = await openNpz(path);
    try {
      const arrays: Record<string, NdArray> = {};
      for (const [key, length] of Object.entries({ ...lengths, stamp: 1 })) {
        arrays[key] = await file.read(key);
        const got = arrays[key].data.length;
        if (got === length) continue;
        throw new DataError(`${path}:${key}: must have ${length} numbers, got ${got}. Remove the file.`);
      }
      if (arrays.stamp.data[0] === this.#stamp) return arrays;
      throw new DataError(`${path}: must belong to this comparison, got a file of another. Remove it.`);
    } finally {
      await file.close();
    }
  }

  /** Writes a file, whole or not at all. @throws OutputError. */
  async write(name: string, arrays: Readonly<Record<string, NdArray>>): Promise<void> {
    const stamp = { data: Float64Array.of(this.#stamp), shape: [1] };
    await writeNpz(join(this.#pairs, `${name}.npz`), { ...arrays, stamp });
  }
}

/** The message of an error that reading a damaged file may throw; null for any other error. */
export function damageOf(error: unknown): string | null {
  if (isNtkError(error)) return error.kind === 'data' ? error.message : null;
  return error instanceof RangeError ? error.message : null;
}
