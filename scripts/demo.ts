/**
 * The main job on handwritten digits: kernel matrices of two networks, what they cost, and what they see.
 *
 * Run by `npm run demo`. Everything goes through the public library, as a user's program would.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Architecture,
  kernelMatrix,
  kernelProfile,
  type NdArray,
  planKernel,
  presetArchitecture,
  readInput,
  scale,
  writeKernel,
} from '../src/index.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OUT = `${ROOT}dist/demo`;
const CLASSES = 10;
const SHADES = [' ', '░', '▒', '▓', '█'];

interface Digits {
  /** Rows of unit norm `[n, 64]`. */
  readonly x: NdArray;
  /** Digit of each row. */
  readonly labels: ArrayLike<number>;
}

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

function heading(text: string): void {
  say();
  say(`── ${text} ${'─'.repeat(Math.max(0, 96 - text.length))}`);
}

function fact(name: string, value: string): void {
  say(`   ${name.padEnd(22)}${value}`);
}

function bytes(count: number): string {
  return `${(count / 2 ** 20).toFixed(count < 2 ** 24 ? 1 : 0)} MiB`;
}

async function readDigits(name: string): Promise<Digits> {
  const input = await readInput(`${ROOT}data/digits/${name}.csv`, { labelColumn: 64 });
  return { x: scale(input, 'unit-rows').x, labels: input.labels?.data ?? [] };
}

/** Plans and computes one kernel into a file, and says what was done. */
async function compute({ x }: Digits, architecture: Architecture, file: string): Promise<void> {
  heading(architecture.name);
  const plan = await planKernel(x, { architecture });
  fact(
    'matrix',
    `${plan.shape.join(' x ')} ${plan.precision}, ` +
      `${bytes(plan.outputBytes)}${plan.symmetric ? ', upper half computed and mirrored' : ''}`,
  );
  fact('backend', `${plan.backend}, ${plan.threads} threads, ${plan.tiles} tiles of ${plan.tile.join(' x ')}`);
  fact('memory', `needs ${bytes(plan.memoryBytes)} of ${bytes(plan.memoryLimit)}`);
  const onProgress = ({ done, total }: { readonly done: number; readonly total: number }): void => {
    if (process.stdout.isTTY && !process.env.CI) process.stdout.write(`\r   ${Math.round((100 * done) / total)} %\r`);
  };
  const run = await writeKernel(x, file, { architecture, onProgress, force: true });
  const { compile, compute: arithmetic, write } = run.stages;
  const seconds = [compile, arithmetic, write].map((s) => `${(1000 * s).toFixed(0)} ms`);
  fact('time', `${seconds[0]} to prepare, ${seconds[1]} of arithmetic, ${seconds[2]} waiting for the disk`);
  fact('shortcut', run.plan.shortcut);
  fact('near pairs', `${run.nearPairs} redone from the difference of their rows`);
  if (run.tableError !== null) fact('error of the table', run.tableError.toExponential(1));
  fact('written', file.replace(ROOT, ''));
}

/** Mean of K / sqrt(K(x,x) K(z,z)) between the rows of each two classes; pairs of a row with itself are left out. */
function classMeans(kernel: NdArray, labels: ArrayLike<number>): number[][] {
  const n = kernel.shape[0];
  const sums = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  const counts = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      sums[labels[i]][labels[j]] += kernel.data[i * n + j];
      counts[labels[i]][labels[j]] += 1;
    }
  }
  return sums.map((row, a) => row.map((sum, b) => sum / counts[a][b]));
}

/** A table of numbers, each with a shade between the smallest and the largest of the table. */
function picture(means: readonly (readonly number[])[]): void {
  const all = means.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const cell = (value: number): string => {
    const shade = SHADES[Math.min(SHADES.length - 1, Math.floor(((value - low) / (high - low)) * SHADES.length))];
    return `${shade.repeat(3)}${value.toFixed(2).slice(1)}`;
  };
  say(`         ${means.map((_, digit) => String(digit).padEnd(7)).join('')}`);
  for (const [digit, row] of means.entries()) say(`    ${digit}   ${row.map(cell).join(' ')}`);
}

/** Share of test rows whose nearest training row, by the kernel, shows the same digit. */
function nearestNeighbour(cross: NdArray, test: ArrayLike<number>, train: ArrayLike<number>): number {
  const [m, n] = cross.shape;
  let right = 0;
  for (let i = 0; i < m; i++) {
    let best = 0;
    for (let j = 1; j < n; j++) if (cross.data[i * n + j] > cross.data[i * n + best]) best = j;
    if (train[best] === test[i]) right += 1;
  }
  return right / m;
}

async function see(train: Digits, test: Digits, architecture: Architecture): Promise<void> {
  heading(`What ${architecture.name} sees: mean normalised kernel between digits`);
  const own = await kernelMatrix(train.x, { architecture, normalized: true });
  if (own.ntk) picture(classMeans(own.ntk, train.labels));
  const cross = await kernelMatrix(test.x, { architecture, z: train.x, normalized: true });
  if (!cross.ntk) return;
  const share = nearestNeighbour(cross.ntk, test.labels, train.labels);
  say();
  say(
    `   The nearest of ${train.labels.length} training rows shows the right digit for ${(100 * share).toFixed(1)} ` +
      `% of ${test.labels.length} test rows.`,
  );
}

/** Normalised kernels against the angle of two inputs: what depth does to them. */
function depths(): void {
  heading('Depth: the kernel at an angle, divided by its value at 0');
  const networks = [
    presetArchitecture('fc', { depth: 4 }),
    presetArchitecture('fc', { depth: 100 }),
    presetArchitecture('resntk', { depth: 4, gamma: 1 }),
    presetArchitecture('resntk', { depth: 100, gamma: 1 }),
  ];
  const { angles, curves } = kernelProfile(networks, { angles: 9 });
  const degrees = angles.map((angle) => `${((angle * 180) / Math.PI).toFixed(1)}°`);
  say(`   ${''.padEnd(33)}${degrees.map((text) => text.padStart(8)).join('')}`);
  for (const { name, values } of curves) {
    say(`   ${name.padEnd(33)}${values.map((value) => value.toFixed(3).padStart(8)).join('')}`);
  }
  say();
  say('   Fully connected networks become a spike with depth: 1 at angle 0, towards 1/4 elsewhere.');
  say('   Residual networks with alpha = 1/depth keep their shape.');
}

async function main(): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  const [train, test] = [await readDigits('train'), await readDigits('test')];
  say();
  say(`ntk-engine: kernels of ${train.x.shape[0]} handwritten digits, 8 x 8 pixels each, rows of unit norm`);
  say('(UCI Optical Recognition of Handwritten Digits, Alpaydin and Kaynak 1998, CC BY 4.0)');
  const networks = [presetArchitecture('fc', { depth: 3 }), presetArchitecture('resntk', { depth: 3, alpha: 0.5 })];
  for (const architecture of networks)
    await compute(train, architecture, `${OUT}/${architecture.name.split(' ')[0]}.npy`);
  await see(train, test, networks[1]);
  depths();
}

await main();
