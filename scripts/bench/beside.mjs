/**
 * The engine beside neural-tangents and torch.func on the same data and networks, one process each, in alternation, so that a busy machine
 * is busy for all: `node scripts/bench/beside.mjs [rows|images|empirical] [--peers FOLDER]` prints one JSON object.
 *
 * It runs in a folder with the MNIST test images (t10k-images-idx3-ubyte.gz) and the test batch of CIFAR-10 (test.bin).
 * The word takes one group of the cases in `cases.mjs`; FOLDER [dist/peers] is what `scripts/bench/peers` made.
 * Of each program the least of all runs counts; `times` is theirs over ours. Kernels of infinite width have to agree.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asVectors, readInput, writeNpy } from '../../dist/src/index.js';
import { CASES } from './cases.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
/** Relative difference of two entries in single precision that is still the same kernel. */
const SAME = 2e-3;

function flag(name, fallback) {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : process.argv[at + 1];
}

const GROUPS = ['rows', 'images', 'empirical'];
const groupOf = ({ kind, block }) => (kind === 'empirical' ? kind : block === undefined ? 'rows' : 'images');

const peers = resolve(flag('--peers', join(HERE, '../../dist/peers')));
const python = (name) => join(peers, name, 'bin/python');

const PROGRAMS = [
  { name: 'ntk-engine', command: [process.execPath, join(HERE, 'with-engine.mjs')], does: () => true },
  {
    name: 'neural-tangents',
    command: [python('neural-tangents'), join(HERE, 'with-neural-tangents.py')],
    does: () => true,
  },
  {
    name: 'torch.func',
    command: [python('torch'), join(HERE, 'with-torch.py')],
    // Ten outputs of the dense network: its Jacobian has 18.6 GB.
    does: ({ kind, rows, outputs }) => kind === 'empirical' && rows * outputs < 1000,
  },
];

/** Bytes as numbers from 0 to 1, the images of both sides as files that every program reads. */
async function written(folder, { data, rows, block, layers }) {
  const count = rows ?? 2 * block;
  const read = await readInput(data, { rows: { start: 0, end: count } });
  const all = layers.some(({ kind }) => kind === 'conv') ? read : asVectors(read);
  const values = Float32Array.from(all.data, (value) => value / 255);
  const one = values.length / count;
  const part = async (name, start, end) => {
    const path = join(folder, `${name}.npy`);
    await writeNpy(path, { data: values.slice(start * one, end * one), shape: [end - start, ...all.shape.slice(1)] });
    return path;
  };
  if (block === undefined) return { x: await part('x', 0, count), z: null };
  return { x: await part('x', 0, block), z: await part('z', block, count) };
}

function once({ name, command }, job) {
  const env = { ...process.env, JAX_PLATFORMS: 'cpu', TF_CPP_MIN_LOG_LEVEL: '3' };
  const { status, stdout, stderr } = spawnSync(command[0], [...command.slice(1), job], { encoding: 'utf8', env });
  if (status !== 0) return { failed: `${name}: ${stderr.trim().split('\n').at(-1)}` };
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Entries over the first one: conventions differ by a factor. */
function difference(ours, theirs) {
  const scaled = ({ entries }) => entries.map((value) => value / entries[0]);
  const [a, b] = [scaled(ours), scaled(theirs)];
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]) / Math.abs(value)));
}

async function measured(folder, name, chosen) {
  const path = join(folder, 'job.json');
  writeFileSync(path, JSON.stringify({ ...chosen, ...(await written(folder, chosen)) }));
  const programs = PROGRAMS.filter(({ does }) => does(chosen));
  const runs = programs.map(() => []);
  for (let r = 0; r < chosen.rounds; r++)
    programs.forEach((program, k) => {
      runs[k].push(once(program, path));
    });
  const failed = runs.flat().find((one) => one.failed);
  if (failed) throw new Error(`${name}: ${failed.failed}`);
  // Of images the time of a pair: each program computes a block of the size that suits it.
  const pairs = (k) => (chosen.block === undefined ? 1 : (k === 0 ? chosen.block : chosen.peer) ** 2);
  const least = runs.map((all, k) => Math.min(...all.flatMap(({ seconds }) => seconds)) / pairs(k));
  const [ours] = runs;
  const lines = programs.map(({ name: program }, k) => ({ name: `${name}, ${program}`, value: least[k], unit: 's' }));
  for (let k = 1; k < programs.length; k++) {
    lines.push({ name: `${name}, ${programs[k].name} / ntk-engine`, value: least[k] / least[0], unit: 'times' });
    if (chosen.kind !== 'analytic') continue;
    const off = difference(ours[0], runs[k][0]);
    if (off > SAME) throw new Error(`${name}: ${programs[k].name} and the engine differ by ${off}, more than ${SAME}`);
    lines.push({ name: `${name}, entries differ by`, value: off, unit: '' });
  }
  const raw = programs.map(({ name: program }, k) => ({
    case: name,
    name: program,
    program: runs[k][0].program,
    runs: runs[k].map(({ seconds }) => seconds),
  }));
  return { lines, raw };
}

if (!existsSync(python('neural-tangents'))) {
  console.error(`scripts/bench/beside.mjs: ${peers} must hold the environments. Run scripts/bench/peers.`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'ntk-beside-'));
try {
  const group = GROUPS.find((name) => process.argv.includes(name));
  const chosen = Object.entries(CASES).filter(([, one]) => group === undefined || groupOf(one) === group);
  const lines = [];
  const programs = [];
  for (const [name, one] of chosen) {
    const found = await measured(folder, name, one);
    for (const { name: line, value, unit } of found.lines) console.error(`${line}: ${value.toPrecision(3)} ${unit}`);
    lines.push(...found.lines);
    programs.push(...found.raw);
  }
  console.log(JSON.stringify({ command: 'beside', lines, programs }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
