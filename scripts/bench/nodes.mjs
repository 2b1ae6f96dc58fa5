/**
 * Releases of Node beside each other, in alternation: `node scripts/bench/nodes.mjs 20 26` prints one JSON object. Each is installed by npm
 * into a folder of its own, and computes the kernel of made-up rows on one thread, without a native library; of each the least of all
 * runs counts, and `times` is the first over the others.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelMatrix, presetArchitecture } from '../../dist/src/index.js';

const ROWS = 2000;
const FEATURES = 784;
const ROUNDS = 7;

/** What one release does: seconds of the arithmetic in both precisions, each the least of three. */
async function one() {
  const data = Float32Array.from({ length: ROWS * FEATURES }, (_, i) => Math.max(0, Math.sin(i * i) - 0.2));
  const x = { data, shape: [ROWS, FEATURES] };
  const architecture = presetArchitecture('fc', { depth: 3 });
  const seconds = {};
  for (const precision of ['f32', 'f64']) {
    const options = { architecture, precision, native: 'off', threads: 1, backend: 'host' };
    seconds[precision] = Infinity;
    for (let r = 0; r < 3; r++) {
      const { run } = await kernelMatrix(x, options);
      seconds[precision] = Math.min(seconds[precision], run.stages.compute);
    }
  }
  console.log(JSON.stringify({ version: process.versions.node, seconds }));
}

function output(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

function install(folder, release) {
  const prefix = join(folder, release);
  output('npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--loglevel=error', `node@${release}`]);
  return join(prefix, 'node_modules/node/bin/node');
}

function beside(releases) {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-nodes-'));
  try {
    const programs = releases.map((release) => install(folder, release));
    const runs = programs.map(() => []);
    for (let r = 0; r < ROUNDS; r++) {
      programs.forEach((program, k) => {
        runs[k].push(JSON.parse(output(program, [fileURLToPath(import.meta.url), '--one'])));
      });
    }
    const lines = [];
    for (const precision of ['f32', 'f64']) {
      const least = runs.map((all) => Math.min(...all.map(({ seconds }) => seconds[precision])));
      const name = (k) => `Node ${runs[k][0].version}`;
      least.forEach((value, k) => {
        lines.push({ name: `${precision}, ${name(k)}`, value, unit: 's' });
        if (k > 0)
          lines.push({ name: `${precision}, ${name(0)} / ${name(k)}`, value: least[0] / value, unit: 'times' });
      });
    }
    console.log(JSON.stringify({ command: 'nodes', rows: [ROWS, FEATURES], lines, runs }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const words = process.argv.slice(2);
if (words[0] === '--one') await one();
else if (words.length < 2) {
  console.error('scripts/bench/nodes.mjs: at least two releases must be given, such as 20 26.');
  process.exit(2);
} else beside(words);
