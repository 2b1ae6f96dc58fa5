import { join } from 'node:path';
import { UsageError } from '../../errors.js';
import { PAPERS } from '../../papers/index.js';
import type { PaperSize } from '../../papers/types.js';
import { SIZES } from '../commands/paper.js';
import { nearestText } from '../nearest.js';
import { type ComputeOptions, readComputeOptions } from './compute.js';
import { type InputOptions, readInputOptions } from './inputs.js';
import { type ParsedArguments, parsedOf } from './parsed.js';
import { listOf, nonEmpty, oneOf, positiveInteger } from './values.js';

/** A call of `ntk paper` with a name, checked as far as it can be without the data. */
export interface PaperJob {
  readonly name: string;
  /** Null: all of them. */
  readonly claims: readonly number[] | null;
  readonly size: PaperSize;
  /** Own data; null: those of the package. */
  readonly data: string | null;
  readonly input: InputOptions;
  readonly compute: ComputeOptions;
  /** Folder of the result. */
  readonly out: string;
  /** The record, and the page, in it. */
  readonly record: string;
  readonly page: string;
  readonly json: boolean;
  readonly force: boolean;
}

/** Flags that say how data are read: of no use without any. */
const OF_DATA = ['rows', 'image', 'layout', 'format', 'label-column', 'labels', 'columns', 'drop-columns', 'header'];

/** Reads the flags of `ntk paper NAME`. */
export function readPaperJob(args: ParsedArguments): PaperJob {
  const [name] = args.positionals;
  if (!Object.hasOwn(PAPERS, name)) {
    const known = Object.keys(PAPERS);
    const remedy = nearestText(name, known) ?? '`ntk paper` lists them.';
    throw new UsageError(`ntk paper: NAME must be one of ${known.join(', ')}, got ${name}. ${remedy}`);
  }
  const out = parsedOf(args, 'out', nonEmpty);
  if (out === undefined) {
    throw new UsageError(`--out: must be given, got none. For example --out ${name}, a folder for the page.`);
  }
  const data = parsedOf(args, 'data', nonEmpty) ?? null;
  const orphan = OF_DATA.find((flag) => args.values.has(flag));
  if (data === null && orphan !== undefined) {
    throw new UsageError(`--${orphan}: must come with --data, got it without. Give --data FILE, or leave it out.`);
  }
  return {
    name,
    claims: parsedOf(args, 'claims', listOf(positiveInteger)) ?? null,
    size: parsedOf(args, 'size', oneOf(SIZES)) ?? SIZES[0],
    data,
    input: readInputOptions(args),
    compute: readComputeOptions(args),
    out,
    record: join(out, 'paper.json'),
    page: join(out, 'index.html'),
    json: args.switches.has('json'),
    force: args.switches.has('force'),
  };
}
