import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, OutputError, UsageError } from '../../src/errors.js';
import type { Series } from '../../src/report/charts/chart.js';
import { chartSvg } from '../../src/report/charts/chart-svg.js';
import { stylesOf } from '../../src/report/figures/styles.js';
import { JOB_FORMAT, type JobResult } from './job.js';
import { type Job, jobName, KERNELS } from './kernels.js';
import type { Settings } from './options.js';

const same = (a: Settings, b: Settings): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The result in a file. @throws DataError for any other file */
function readResult(path: string): JobResult {
  const text = readFileSync(path, 'utf8');
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    // What is no JSON is no result either.
  }
  if (typeof parsed === 'object' && parsed !== null && 'format' in parsed && parsed.format === JOB_FORMAT) {
    return parsed as JobResult;
  }
  throw new DataError(
    `${path}: must be a file of scripts/cifar10, got something else. Remove it, or give another --out.`,
  );
}

/** Whether a job is done already. @throws UsageError where it was done with other settings */
export function isDone(folder: string, job: Job, settings: Settings): boolean {
  const path = join(folder, `${jobName(job)}.json`);
  if (!existsSync(path)) return false;
  if (same(readResult(path).settings, settings)) return true;
  throw new UsageError(
    `${path}: must have the settings that are asked for, got others. Remove it, or give another --out.`,
  );
}

/** Writes a file whole or not at all. @throws OutputError where the folder takes none */
export function writeWhole(folder: string, name: string, text: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    const beside = join(folder, `.${name}.${process.pid}`);
    writeFileSync(beside, text);
    renameSync(beside, join(folder, name));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OutputError(`--out: must be a folder that can be written to, got ${reason}. Give another one.`);
  }
}

/** All results of a folder, in the order of the kernels. @throws UsageError where there are none */
export function resultsOf(folder: string): readonly JobResult[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const results = names.map((name) => readResult(join(folder, name)));
  if (results.length === 0) {
    throw new UsageError(`--out: must hold results, got ${folder} without. Run scripts/cifar10 without --join first.`);
  }
  const place = ({ kernel, scale }: JobResult): string => `${Object.keys(KERNELS).indexOf(kernel)} ${scale}`;
  return results.sort((a, b) => place(a).localeCompare(place(b)));
}

/** A line that others can quote: what, its value and its unit. */
export interface Line {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const variant = (scale: string, flip: boolean): string => `${scale}${flip ? ', flips' : ''}`;

/** Accuracies and times of all results. */
export function linesOf(results: readonly JobResult[]): readonly Line[] {
  return results.flatMap(({ kernel, scale, results: fits, seconds, entries }) => {
    const name = `${KERNELS[kernel].title}, ${scale}`;
    return [
      ...fits.flatMap(({ size, flip, accuracy, fixed }) => {
        const curve = `${KERNELS[kernel].title}, ${variant(scale, flip)}, ${size} images`;
        return [
          { name: curve, value: 100 * accuracy, unit: '%' },
          ...fixed.map((one) => ({ name: `${curve}, ridge ${one.ridge}`, value: 100 * one.accuracy, unit: '%' })),
        ];
      }),
      { name: `${name}, kernels`, value: seconds.kernel, unit: 's' },
      { name: `${name}, fits`, value: seconds.fits, unit: 's' },
      { name: `${name}, entries`, value: entries, unit: '' },
    ];
  });
}

/** The curves: one for each kernel, scaling and copies or none. */
interface Curve {
  readonly title: string;
  readonly kernel: string;
  readonly scale: string;
  readonly flip: boolean;
  readonly accuracies: ReadonlyMap<number, number>;
}

function curvesOf(results: readonly JobResult[]): readonly Curve[] {
  return results.flatMap(({ kernel, scale, results: fits }) =>
    [false, true].flatMap((flip): readonly Curve[] => {
      const ours = fits.filter((fit) => fit.flip === flip);
      if (ours.length === 0) return [];
      const accuracies = new Map(ours.map(({ size, accuracy }) => [size, 100 * accuracy]));
      return [{ title: `${KERNELS[kernel].title}, ${variant(scale, flip)}`, kernel, scale, flip, accuracies }];
    }),
  );
}

/** The accuracies as a table in Markdown: a row a curve, a column a size. */
export function tableOf(results: readonly JobResult[]): string {
  const curves = curvesOf(results);
  const sizes = [...new Set(curves.flatMap(({ accuracies }) => [...accuracies.keys()]))].sort((a, b) => a - b);
  const rows = curves.map(({ title, accuracies }) => [
    title,
    ...sizes.map((size) => (accuracies.has(size) ? `${accuracies.get(size)?.toFixed(1)} %` : '')),
  ]);
  const header = ['kernel', ...sizes.map((size) => `${size}`)];
  const lines = [header, header.map((_, k) => (k === 0 ? '---' : '--:')), ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** Accuracy against training images: a colour for each kernel, dashes for copies, rings for whitening. */
export function figureOf(results: readonly JobResult[]): string {
  const curves = curvesOf(results);
  const kernels = [...new Set(curves.map(({ kernel }) => kernel))];
  const styles = stylesOf(kernels);
  const series = curves.map(
    ({ title, kernel, scale, flip, accuracies }): Series => ({
      ...styles[kernels.indexOf(kernel)],
      name: title,
      labelled: true,
      dash: flip ? '6 4' : null,
      joined: true,
      hollow: scale === 'zca',
      points: Array.from(accuracies, ([x, y]) => ({ x, y })),
    }),
  );
  const sizes = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const tests = [...new Set(results.map(({ settings }) => settings.tests))].join(' or ');
  const chart = {
    form: 'chart' as const,
    x: { label: 'training images', scale: 'log' as const, ticks: sizes.map((size) => [size, `${size}`] as const) },
    y: { label: `accuracy on ${tests} test images (%)`, scale: 'linear' as const },
    series,
    guides: [],
    bands: [],
    key: [
      { text: 'with mirrored copies', dash: '6 4' },
      { text: 'whitened', mark: 'circle' as const, hollow: true },
    ],
  };
  return chartSvg(chart, 'CIFAR-10: accuracy by training images');
}
