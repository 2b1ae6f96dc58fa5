/** `scripts/cifar10 --data DIR [flags]`: accuracy of image kernels on CIFAR-10 by training size. */
import { NtkError } from '../src/errors.js';
import { tableText } from '../src/report/text/table.js';
import { secondsText } from '../src/report/text/units.js';
import { type Images, readImages } from './cifar/images.js';
import { entriesOf, paceOf, runJob, settingsOf } from './cifar/job.js';
import { figureOf, isDone, linesOf, resultsOf, tableOf, writeWhole } from './cifar/joined.js';
import { jobName } from './cifar/kernels.js';
import { type CifarOptions, cifarOptions, helpText } from './cifar/options.js';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function imagesOf({ data, sizes, tests }: CifarOptions): Promise<Images> {
  return readImages(data, sizes[sizes.length - 1], tests);
}

/** What each job of the share would take, from the pace of a few images. */
async function plan(options: CifarOptions): Promise<void> {
  const images = await imagesOf(options);
  const settings = settingsOf(options);
  const entries = entriesOf(settings);
  const paces = new Map<string, number>();
  const rows: string[][] = [];
  for (const job of options.jobs) {
    const pace = paces.get(job.kernel) ?? (await paceOf(job, images, options));
    paces.set(job.kernel, pace);
    const state = isDone(options.out, job, settings) ? 'done' : secondsText(entries / pace);
    rows.push([jobName(job), String(entries), pace.toPrecision(3), state]);
  }
  process.stdout.write(tableText(['job', 'entries', 'entries/s', 'kernels take'], rows));
}

async function run(options: CifarOptions): Promise<void> {
  const images = await imagesOf(options);
  const settings = settingsOf(options);
  const left = options.jobs.filter((job) => !isDone(options.out, job, settings));
  say(`${left.length} of ${options.jobs.length} jobs to do, ${options.out}: the results`);
  for (const job of left) {
    const result = await runJob(job, images, options);
    writeWhole(options.out, `${jobName(job)}.json`, `${JSON.stringify(result, null, 1)}\n`);
    const best = result.results.map(({ size, flip, accuracy }) => {
      return `${size}${flip ? ' flips' : ''} ${(100 * accuracy).toFixed(1)} %`;
    });
    say(`${jobName(job)}: ${secondsText(result.seconds.all)}, ${best.join(', ')}`);
  }
}

/** Table and figure of all results of the folder. */
function join({ out, json }: CifarOptions): void {
  const results = resultsOf(out);
  const table = tableOf(results);
  writeWhole(out, 'cifar10.md', table);
  writeWhole(out, 'cifar10.svg', figureOf(results));
  if (!json) process.stdout.write(table);
  else process.stdout.write(`${JSON.stringify({ command: 'cifar10', lines: linesOf(results), results })}\n`);
}

async function main(): Promise<void> {
  const options = cifarOptions(process.argv.slice(2));
  if (options.mode === 'help') process.stdout.write(helpText());
  else if (options.mode === 'plan') await plan(options);
  else {
    if (options.mode === 'run') await run(options);
    join(options);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof NtkError)) throw error;
  say(error.message);
  process.exitCode = 2;
}
