/**
 * A kernel matrix written tile by tile to disk, within a memory budget; the matrix may be far larger than that.
 *
 * Run in the project's root: node dist/scripts/examples/large-to-disk.js
 *
 * Expected output: the plan, the progress up to 100 %, `diagonal: 1 1`, and that the aborted run left nothing behind.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { InterruptedError, planKernel, presetArchitecture, readInput, writeKernel } from '../../src/index.js';

const folder = await mkdtemp(`${tmpdir()}/ntk-example-`);
const x = await readInput('data/digits/train.csv', { labelColumn: 64 });
const architecture = presetArchitecture('fc', { depth: 5, bias: 0.1 });
const options = { architecture, normalized: true, precision: 'f32', memory: 512 * 2 ** 20 } as const;

const plan = await planKernel(x, options);
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
console.log(`plan: ${plan.tiles} tiles of ${plan.tile.join(' x ')}, result ${mebibytes(plan.outputBytes)}`);
console.log(`memory: needs ${mebibytes(plan.memoryBytes)} of ${mebibytes(plan.memoryLimit)}`);

const controller = new AbortController();
const run = await writeKernel(x, `${folder}/K.npy`, {
  ...options,
  signal: controller.signal, // Ctrl-C in a program: process.once('SIGINT', () => controller.abort())
  onProgress: ({ done, total }) => console.log(`progress: ${Math.round((100 * done) / total)} %`),
});
console.log(`written: ${run.plan.shape.join(' x ')}`);

const written = await readInput(`${folder}/K.npy`, { rows: { start: 0, end: 2 } });
console.log(`diagonal: ${written.data[0]} ${written.data[written.shape[1] + 1]}`);

controller.abort();
const aborted = writeKernel(x, `${folder}/never.npy`, { ...options, signal: controller.signal });
await aborted.catch((error) => console.log(`aborted: ${error instanceof InterruptedError}`));
console.log(`files: ${await readdir(folder)}`);
await rm(folder, { recursive: true });
