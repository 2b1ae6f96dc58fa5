/** `scripts/gpu-check [FILE.json] [flags]`: whether a GPU computes what it should, and how fast, in at most ten minutes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../src/errors.js';
import { Check, type Checked } from './gpu/check.js';
import type { Part } from './gpu/context.js';
import { type CheckOptions, checkOptions } from './gpu/options.js';
import { factorPart, regressPart } from './gpu/parts/algebra.js';
import { benchPart } from './gpu/parts/bench.js';
import { fuzzPart, nearPart, vectorsPart } from './gpu/parts/exactness.js';
import { jaxPart } from './gpu/parts/jax.js';
import { installed, probePart } from './gpu/parts/probe.js';
import { variantsPart } from './gpu/parts/variants.js';
import { endAll } from './gpu/step.js';
import { count, tableText, verdictText } from './gpu/table.js';

/** Every part, in the order in which they run. */
const PARTS: readonly Part[] = [
  probePart,
  vectorsPart,
  nearPart,
  fuzzPart,
  benchPart,
  factorPart,
  regressPart,
  jaxPart,
  variantsPart,
];

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

function help(): string {
  const parts = PARTS.map(({ name, describe, off }) => `  ${name.padEnd(10)}${describe}${off ? ' (off)' : ''}`);
  return `usage: scripts/gpu-check [FILE.json] [flags]
Whether a GPU computes what it should, and how fast, in at most ten minutes: a table on stdout, everything in FILE.json
[gpu-check.json]. Exit code 0: all that could run passed; 1: something failed or missed its limit; 2: wrong use.

Parts, in this order; each goes on where another has failed:
${parts.join('\n')}

  --only PART,...  these alone
  --skip PART,...  all but these
  --variants       the part variants as well
  --data FILE      rows of one's own for the part bench
  --quick          everything as small as it gets: a first try, or a test
  -h, --help       this page

  NTK_GPU_CHECK_SECONDS    time for everything [600], shared among the parts
  NTK_GPU_CHECK_FAIL       PART, PART:crash or PART:hang: makes it fail on purpose
  NTK_TENSORFLOW_LIBRARIES folder of a TensorFlow that the machine has (of its Python package: site-packages/tensorflow)
  NTK_NODE, NTK_PYTHON     another node, another python3
`;
}

/** The card's clocks, power and load, second by second. */
function sampleClocks(): { readonly stop: () => readonly string[] } {
  if (!installed('nvidia-smi')) return { stop: () => [] };
  const fields = 'timestamp,clocks.sm,clocks.mem,power.draw,utilization.gpu,memory.used,temperature.gpu';
  const args = ['--format=csv,noheader', '-lms', '1000', `--query-gpu=${fields}`];
  let text = '';
  const child: ChildProcess = spawn('nvidia-smi', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  child.on('error', () => undefined);
  child.stdout?.on('data', (part) => {
    text += String(part);
  });
  const stop = (): readonly string[] => {
    child.kill();
    return text.split('\n').filter((line) => line !== '');
  };
  return { stop };
}

function versionOf(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string }).version;
}

const NO_GPU =
  '  No GPU takes part: results are held to their limits, speeds are only shown (in brackets what a GPU is held to).';

/** What was checked, on what, in how long. */
function headText({ subjects, missing }: Check['devices'], seconds: number, budget: number): string {
  const here = subjects.map(
    ({ backend, precision, device, gpu }) => `  ${backend} ${precision}: ${device}${gpu ? '' : ' (no GPU)'}`,
  );
  const lacking = missing.map(({ backend, why }) => `  ${backend}: not here, ${why}`);
  return [
    `GPU check of ntk-engine ${versionOf()}: ${seconds.toFixed(0)} of ${budget} s`,
    ...here,
    ...lacking,
    ...(subjects.some(({ gpu }) => gpu) ? [] : [NO_GPU]),
  ].join('\n');
}

async function runCheck(options: CheckOptions, work: string): Promise<number> {
  const clocks = sampleClocks();
  const check = new Check(options, { root: ROOT, work }, (text) => process.stderr.write(`${text}\n`));
  const parts = await check.run(PARTS.filter(({ name }) => options.parts.includes(name)));
  const lines = parts.flatMap((part: Checked) => part.lines);
  const seconds = check.elapsed;
  const record = {
    ...{ format: 'ntk-gpu-check/1', date: new Date().toISOString(), version: versionOf() },
    ...{ budgetSeconds: options.budget, seconds, quick: options.quick, devices: check.devices },
    ...{ counts: count(lines), parts, clocks: clocks.stop() },
  };
  writeFileSync(options.out, `${JSON.stringify(record, null, 1)}\n`);
  const head = headText(check.devices, seconds, options.budget);
  process.stdout.write(`${head}\n\n${tableText(parts)}\n\n${verdictText(lines)}\nwritten: ${options.out}\n`);
  return lines.some(({ verdict }) => verdict === 'MISSED' || verdict === 'failed') ? 1 : 0;
}

/** @throws UsageError where the file cannot be written */
function mustBeWritable(out: string): void {
  try {
    appendFileSync(out, '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${out}: must be a file that can be written, got ${reason}. Name another one.`);
  }
}

async function main(): Promise<number> {
  const options = checkOptions(process.argv.slice(2), process.env, PARTS);
  if (options.help) {
    process.stdout.write(help());
    return 0;
  }
  mustBeWritable(options.out);
  const work = mkdtempSync(join(tmpdir(), 'ntk-gpu-check-'));
  const clean = (): void => rmSync(work, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      endAll();
      clean();
      process.exit(130);
    });
  }
  try {
    return await runCheck(options, work);
  } finally {
    clean();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
