/**
 * The engine beside neural-tangents and torch.func on the same data and networks, in alternation run by run, so that a busy machine is busy
 * for all: `node scripts/bench/beside.mjs [rows|images|empirical] [--backend NAME] [--case TEXT] [--runs N] [--cores N] [--peers FOLDER]`
 * prints one JSON object.
 *
 * It runs in a folder with the MNIST test images (t10k-images-idx3-ubyte.gz) and the test batch of CIFAR-10 (test.bin).
 * The word takes one group of the cases in `cases.mjs`, TEXT those whose name has it. NAME [auto] is the engine's backend for kernels of
 * infinite width. FOLDER is where `scripts/bench/peers` makes the environments; it is asked to. With `--cores` all programs are kept to as
 * many cores (taskset). Of each program the median of N runs [5] counts, compilers apart; `times` is theirs over ours. A program that takes
 * more than two minutes makes fewer runs, which its line says. Kernels of infinite width have to agree.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asVectors, readInput, writeNpy } from '../../dist/src/index.js';
import { CASES } from './cases.mjs';
import { startPeer } from './peer.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
/** Seconds after which a program need not run again. */
const ENOUGH = 120;
const GROUPS = ['rows', 'images', 'empirical'];

function fail(message) {
  console.error(`scripts/bench/beside.mjs: ${message}`);
  process.exit(2);
}

function options() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const chosen = { backend: 'auto', case: '', runs: 5, cores: null, peers: join(cache, 'ntk-peers'), group: null };
  const words = process.argv.slice(2);
  while (words.length > 0) {
    const word = words.shift();
    const name = word.replace(/^--/, '');
    if (GROUPS.includes(word)) chosen.group = word;
    else if (!word.startsWith('--') || chosen[name] === undefined || name === 'group')
      fail(`${word}: is not known. There are ${GROUPS.join(', ')}, --backend, --case, --runs, --cores and --peers.`);
    else if (words.length === 0) fail(`${word}: must have a value.`);
    else chosen[name] = words.shift();
  }
  for (const name of ['runs', 'cores'])
    if (chosen[name] !== null && !(Number.isInteger(Number(chosen[name])) && chosen[name] >= 1))
      fail(`--${name}: must be a whole number of at least 1, got ${chosen[name]}.`);
  return { ...chosen, runs: Number(chosen.runs), peers: resolve(chosen.peers) };
}

const groupOf = ({ kind, block }) => (kind === 'empirical' ? kind : block === undefined ? 'rows' : 'images');

/** Programs, what each does, and the environment that it needs. */
function programs({ peers, cores }) {
  const pinned = cores === null ? [] : ['taskset', '--cpu-list', cores === '1' ? '0' : `0-${cores - 1}`];
  const python = (name) => join(peers, name, 'bin/python');
  return [
    { name: 'ntk-engine', command: [...pinned, process.execPath, join(HERE, 'with-engine.mjs')], does: () => true },
    {
      name: 'neural-tangents',
      environment: 'neural-tangents',
      command: [...pinned, python('neural-tangents'), join(HERE, 'with-neural-tangents.py')],
      does: () => true,
    },
    {
      name: 'torch.func',
      environment: 'torch',
      command: [...pinned, python('torch'), join(HERE, 'with-torch.py')],
      // Ten outputs of the dense network: its Jacobian has 18.6 GB.
      does: ({ kind, rows, outputs }) => kind === 'empirical' && rows * outputs < 1000,
    },
  ];
}

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

/** Largest difference of entries, relative to ours. */
function difference(ours, theirs) {
  return Math.max(...ours.map((value, i) => Math.abs(value - theirs[i]) / Math.abs(value)));
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** All runs of the programs on a job, in turn; one that has taken long enough is left out from then on, after two runs. */
async function alternating(started, runs) {
  const taken = started.map(() => ({ seconds: [], entries: [] }));
  for (let r = 0; r < runs; r++) {
    for (const [k, peer] of started.entries()) {
      const { seconds } = taken[k];
      if (seconds.length >= 2 && seconds.reduce((sum, value) => sum + value, 0) > ENOUGH) continue;
      const answer = await peer.run();
      seconds.push(answer.seconds);
      taken[k].entries = answer.entries;
    }
  }
  return taken;
}

async function measured(folder, name, chosen, { all, backend, runs }) {
  const path = join(folder, 'job.json');
  const shown = chosen.peer ?? 2;
  writeFileSync(path, JSON.stringify({ ...chosen, backend, shown, ...(await written(folder, chosen)) }));
  const started = [];
  try {
    for (const program of all.filter(({ does }) => does(chosen))) started.push(await startPeer(program, path));
    return results(name, chosen, started, await alternating(started, runs));
  } finally {
    for (const peer of started) peer.stop();
  }
}

function results(name, { block, peer, kind, agree }, started, taken) {
  // Of images the time of a pair: each program computes a block of the size that suits it.
  const pairs = (k) => (block === undefined ? 1 : (k === 0 ? block : peer) ** 2);
  const values = taken.map(({ seconds }, k) => median(seconds) / pairs(k));
  const lines = [];
  started.forEach(({ name: program }, k) => {
    lines.push({ name: `${name}, ${program}`, value: values[k], unit: 's' });
    lines.push({ name: `${name}, ${program}, runs`, value: taken[k].seconds.length, unit: '' });
    if (k === 0) return;
    lines.push({ name: `${name}, ${program} / ntk-engine`, value: values[k] / values[0], unit: 'times' });
    if (kind !== 'analytic') return;
    const off = difference(taken[0].entries, taken[k].entries);
    if (!(off <= agree)) throw new Error(`${name}: ${program} and the engine differ by ${off}, more than ${agree}`);
    lines.push({ name: `${name}, entries differ by`, value: off, unit: '' });
  });
  const raw = started.map(({ name: program, program: full }, k) => {
    const side = block === undefined ? {} : { block: k === 0 ? block : peer };
    return { case: name, name: program, program: full, ...side, runs: taken[k].seconds };
  });
  return { lines, raw };
}

const chosen = options();
const cases = Object.entries(CASES).filter(
  ([name, one]) => (chosen.group === null || groupOf(one) === chosen.group) && name.includes(chosen.case),
);
if (cases.length === 0) fail(`--case: must be in the name of a case, got ${chosen.case}.`);
const all = programs(chosen);
const needed = all.filter(({ environment, does }) => environment && cases.some(([, one]) => does(one)));
const names = needed.map(({ environment }) => environment);
const made = spawnSync(join(HERE, 'peers'), [chosen.peers, ...names], { stdio: ['ignore', 'inherit', 'inherit'] });
if (made.status !== 0) fail(`${chosen.peers}: the environments could not be made.`);
const folder = mkdtempSync(join(tmpdir(), 'ntk-beside-'));
try {
  const lines = [];
  const raw = [];
  for (const [name, one] of cases) {
    const found = await measured(folder, name, one, { ...chosen, all });
    for (const { name: line, value, unit } of found.lines) console.error(`${line}: ${value.toPrecision(3)} ${unit}`);
    lines.push(...found.lines);
    raw.push(...found.raw);
  }
  console.log(JSON.stringify({ command: 'beside', lines, programs: raw }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
