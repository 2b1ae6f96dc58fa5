import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { DataError, UsageError } from '../../../errors.js';
import { type Described, numbers } from '../../records/common.js';
import { compareCheck, compareRecord, eigenvalues } from '../../records/compare.js';
import { checked } from '../check.js';
import type { Named, RecordFile } from '../figure.js';

const schema = compareRecord
  .pick({ warnings: true, inputs: true, shape: true, seed: true, init: true, outputs: true })
  .extend(compareRecord.pick({ errors: true, errorIntervals: true, errorsOfSeeds: true, meanKernel: true }).shape)
  .extend(compareRecord.pick({ slope: true, slopeInterval: true, slopeLevel: true }).shape)
  .extend(compareRecord.pick({ intercept: true, expectedSlope: true, eigenspaces: true, layers: true }).shape)
  .extend(compareRecord.pick({ parameters: true, networkSeconds: true }).shape)
  .extend({
    architecture: z.looseObject({ name: z.string().optional() }),
    widths: numbers.min(1),
    seeds: z.number().int().min(1),
    // The size of rounding came later than the record.
    eigenvalues: eigenvalues.extend({ analytic: numbers.min(1), rounding: z.number().default(0) }),
    check: compareCheck.pick({ networksTolerance: true }),
  });

/** The part of a record of a comparison that figures need. */
export type CompareData = Described<typeof schema>;

/** What a record says of its lists decides how much is drawn, so their lengths have to agree with it. */
function checkLengths(path: string, lists: readonly (readonly unknown[])[], length: number, what: string): void {
  const wrong = lists.find((list) => list.length !== length);
  if (wrong === undefined) return;
  throw new DataError(
    `${path}: lists must have an entry for each of the ${length} ${what}, got one of ${wrong.length}. Write the ` +
      'record again.',
  );
}

function checkSizes({ path, record }: Named<CompareData>): void {
  const { widths, errors, errorIntervals, errorsOfSeeds, meanKernel, eigenvalues, eigenspaces, layers } = record;
  const lists: readonly (readonly unknown[])[] = [
    ...[errors, errorIntervals, errorsOfSeeds, meanKernel.errors, meanKernel.expected, meanKernel.bias],
    ...[eigenvalues.empirical, eigenvalues.deviation, eigenspaces.angles, eigenspaces.anglesDeviation],
    ...[
      record.parameters,
      record.networkSeconds,
      ...layers.flatMap(({ empirical, deviation }) => [empirical, deviation]),
    ],
  ];
  checkLengths(path, lists, widths.length, 'widths');
  checkLengths(path, errorsOfSeeds, record.seeds, 'seeds');
}

/** Checks records of comparisons; one that is called compare.json is named after its folder. */
export function comparisons(files: readonly RecordFile[]): readonly Named<CompareData>[] {
  const records = checked(files, schema, 'compare');
  records.forEach(checkSizes);
  return records.map((one) => {
    const folder = basename(dirname(one.path));
    return one.name === 'compare' && folder !== '.' && folder !== '' ? { ...one, name: folder } : one;
  });
}

/** The one record of a figure that shows no more; throws UsageError for several. */
export function theOnly(records: readonly Named<CompareData>[], view: string): CompareData {
  if (records.length === 1) return records[0].record;
  throw new UsageError(`--figure ${view}: must have one record, got ${records.length}. Plot them apart.`);
}

/** What a network is called. */
export function networkName({ architecture: { name } }: Pick<CompareData, 'architecture'>): string {
  return name || 'a network without a name';
}

/** A share as per cent, with two digits that count. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value !== 0 && Math.abs(value) < 1e-6) return `${value.toExponential(1)} %`;
  const digits = Math.abs(value) >= 10 || value === 0 ? 0 : 1 - Math.floor(Math.log10(Math.abs(value)));
  return `${value.toFixed(Math.min(Math.max(digits, 1), 8))} %`;
}
