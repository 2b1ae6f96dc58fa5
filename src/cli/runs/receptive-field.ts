import { extname } from 'node:path';
import { type ReceptiveField, receptiveField } from '../../kernel/receptive-field.js';
import type { Progress } from '../../kernel/types.js';
import { type FiniteFieldResult, finiteReceptiveField } from '../../network/receptive-field.js';
import { now } from '../../platform/clock.js';
import { checkPath, writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/formats/json.js';
import { receptiveFieldCsv } from '../../report/formats/receptive-field-csv.js';
import { nested } from '../../report/pixels.js';
import type {
  FieldFacts,
  FieldRow,
  FiniteFieldRow,
  ReceptiveFieldRecord,
  ReceptiveFieldResult,
} from '../../report/records/receptive-field.js';
import { receptiveFieldText } from '../../report/text/receptive-field.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { type ParsedArguments, textOf } from '../options/parsed.js';
import { type FieldJob, readFieldJob } from '../options/receptive-field.js';
import type { Variant } from '../options/sweep.js';
import { print, say } from '../print.js';
import { underProgress, type Watched } from '../progress.js';
import { sweepRecord } from './sweep-record.js';

/** The nested lists of a record have no type of their own in the library. */
type Pixels = FieldRow['field'];

function pixelsOf(values: readonly number[], shape: readonly number[]): Pixels {
  return nested(values, shape) as Pixels;
}

function finiteRow({ finite, nngp }: FiniteFieldResult): FiniteFieldRow {
  const { shape } = nngp;
  const { field, errors, ...rest } = finite;
  return {
    ...rest,
    field: pixelsOf(field, shape),
    errors: errors && pixelsOf(errors, shape),
    limit: { field: pixelsOf(nngp.field, shape), spread: nngp.spread, peak: nngp.peak },
  };
}

/** The row of a kernel, beside its finite networks where they were asked for. */
function rowOf({ arch, name, flags }: Variant, one: ReceptiveField, finite: FiniteFieldResult | null): FieldRow {
  const { field, shape, derivative, decay, spread, peak, at, grid, read, circular, replaced } = one;
  const factor = decay.factor > 0 && decay.factor < Infinity ? decay.factor : null;
  return {
    name,
    arch,
    ...flags,
    field: pixelsOf(field, shape),
    derivative,
    decay: { exponent: decay.exponent, factor },
    ...{ spread, peak, at, grid, read, circular, replaced },
    ...(finite === null ? {} : { finite: finiteRow(finite) }),
  };
}

const placeText = (at: readonly number[]): string => `[${at.join(', ')}]`;

/** What was read in place of the readout, and a word on borders where that is no matter of taste. */
function readoutNote({ replaced, read, grid, circular }: ReceptiveField, given: boolean): readonly string[] {
  const middle = grid.map((n) => Math.floor(n / 2));
  const isCut = !given && grid.some((n, axis) => !circular[axis] && read[axis] === 0 && n > 2);
  const border = isCut ? ` It lies at the border: --at ${middle.join(',')} reads the middle.` : '';
  if (replaced.length === 0 || given) return border === '' ? [] : [`Position ${placeText(read)} is read.${border}`];
  return [
    `Position ${placeText(read)} is read instead of ${replaced.join(' and ')}, as with --head eq; --at chooses ` +
      `another.${border}`,
  ];
}

/** Texts that all kernels share once; those of some with their names. */
function warningsOf(variants: readonly Variant[], texts: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(texts.flat())].flatMap((text) => {
    const whose = variants.filter((_, i) => texts[i].includes(text)).map(({ name }) => name);
    return whose.length === variants.length ? [text] : whose.map((name) => `${name}: ${text}`);
  });
}

/** What was computed, and what to tell about it. */
interface Computed {
  readonly result: ReceptiveFieldResult;
  readonly warnings: readonly string[];
}

function inputNote(shape: readonly number[]): readonly string[] {
  if (shape.length !== 2 || shape[0] !== shape[1]) return [];
  const [n] = shape;
  return [`--input ${n}x${n} is a sequence of ${n} pixels with ${n} channels. For images give ${n}x${n}xC.`];
}

async function compute(job: FieldJob, signal: AbortSignal, watched: Watched<Progress>): Promise<Computed> {
  const { variants, shape, kind, at, finite } = job;
  const [rows, texts]: [FieldRow[], (readonly string[])[]] = [[], []];
  const common = { shape, signal, ...(at && { at }) };
  for (const [i, variant] of variants.entries()) {
    const one = receptiveField(variant.definition, { ...common, kind });
    const onProgress = (progress: Progress): void => watched.onProgress?.(overall(progress, i, variants.length));
    const beside = finite && (await finiteReceptiveField(variant.definition, { ...common, ...finite, onProgress }));
    rows.push(rowOf(variant, one, beside));
    texts.push([...readoutNote(one, at !== null), ...one.warnings, ...(beside?.warnings ?? [])]);
  }
  const seed = finite?.seed === undefined ? {} : { seed: finite.seed };
  return {
    result: { kind, input: shape, ...seed, rows },
    warnings: [...inputNote(shape), ...warningsOf(variants, texts)],
  };
}

/** Progress of one of several kernels as that of all. */
function overall({ done, total, rate, remaining }: Progress, index: number, count: number): Progress {
  const later = (count - 1 - index) * total;
  return { done: index * total + done, total: count * total, rate, remaining: remaining + later / rate };
}

/** The fields that stand at the top of a record of one kernel; none for a sweep. */
function topFields({ rows }: ReceptiveFieldResult): Partial<FieldFacts> {
  if (rows.length !== 1) return {};
  const { field, derivative, decay, spread, peak } = rows[0];
  return { field, derivative, decay, spread, peak };
}

/** Runs `ntk receptive-field`. */
export async function runReceptiveField(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const [out, force] = [textOf(args, 'out'), args.switches.has('force')];
  if (out !== undefined) checkPath(out, force, ['.json', '.csv']);
  const job = readFieldJob(args);
  const load = now();
  const { result, warnings } = await underProgress(args, (watched) => compute(job, signal, watched), {
    unit: 'networks',
  });
  const common = sweepRecord(job.variants, { command: 'receptive-field', load, warnings });
  const record: ReceptiveFieldRecord = { ...common, ...result, ...topFields(result) };
  const json = jsonText(record);
  for (const warning of warnings) say(warning);
  if (out !== undefined)
    await writeWhole(out, extname(out).toLowerCase() === '.csv' ? receptiveFieldCsv(result) : json, force);
  if (args.switches.has('json')) await print(json);
  else if (out === undefined) await print(receptiveFieldText(result));
  else say(`${out}: ${result.rows.length === 1 ? '1 receptive field' : `${result.rows.length} receptive fields`}`);
  return EXIT.done;
}
