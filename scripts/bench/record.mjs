/**
 * Keeps a measurement that the documents quote: `node scripts/bench/record.mjs NAME [--in FOLDER] -- COMMAND...` runs the command, once, and
 * writes `docs/measured/NAME.json`: the command, the day, the commit of `src/` and `kernels/`, the machine and how busy it was, the figures
 * that documents may quote, and all that the command said.
 *
 * `ntk` is the built command of this clone, run by the Node that runs this script (`npx node@26 scripts/bench/record.mjs ...` takes another).
 * `--in FOLDER` is where the command runs, for data files that lie elsewhere: their names and hashes are kept, not their folder.
 * test/docs/measured.test.ts holds the documents to these files.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figuresOf } from './figures.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const NTK = join(ROOT, 'dist/src/cli/main.js');
/** Variables that change what a native library does. */
const TOLD = ['OPENBLAS_CORETYPE', 'OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS'];

function fail(message) {
  console.error(`scripts/bench/record.mjs: ${message}`);
  process.exit(2);
}

function options() {
  const args = process.argv.slice(2);
  const at = args.indexOf('--');
  if (at < 1 || at === args.length - 1) fail('usage: record.mjs NAME [--in FOLDER] -- COMMAND...');
  const [name, flag, folder] = args.slice(0, at);
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) fail(`NAME: must be small letters, digits and dashes, got ${name}.`);
  if (flag !== undefined && (flag !== '--in' || folder === undefined))
    fail(`${flag}: is not known. There is --in FOLDER.`);
  const command = args.slice(at + 1);
  const absolute = command.find((word) => word.startsWith('/') && existsSync(word));
  if (absolute !== undefined)
    fail(`${absolute}: must be a name without its folder, which is of no use to others. Give --in FOLDER.`);
  return { name, folder: folder ?? process.cwd(), command };
}

function git(...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) fail(`git ${args.join(' ')}: ${stderr.trim()}`);
  return stdout.trim();
}

/** The commit that the code was last changed by; what is not committed has no name to be found by. */
function commitOfCode() {
  const changed = git('status', '--porcelain', '--', 'src', 'kernels');
  if (changed !== '') fail(`src and kernels: must be committed, got\n${changed}\nCommit them and build.`);
  return git('log', '-1', '--format=%H', '--', 'src', 'kernels');
}

/** What a command said: JSON, or its lines. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { command: 'text', text: text.split('\n') };
  }
}

/** What a record of `ntk paper` says without the points of its figures, which the page draws. */
function withoutFigures(output) {
  if (output.command !== 'paper') return output;
  return { ...output, claims: output.claims.map(({ figures: _figures, ...claim }) => claim) };
}

/** The program and its arguments: `ntk` and `node` are this Node's, scripts those of this clone wherever the command runs. */
function started([program, ...words]) {
  const own = (word) => (/^(scripts|dist)\//.test(word) && existsSync(join(ROOT, word)) ? join(ROOT, word) : word);
  const rest = words.map(own);
  if (program === 'ntk') return [process.execPath, [NTK, ...rest, ...(rest.includes('--json') ? [] : ['--json'])]];
  return [program === 'node' ? process.execPath : own(program), rest];
}

function run({ folder, command }) {
  const [program, args] = started(command);
  const began = performance.now();
  const { status, stdout, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  if (error) fail(`${command[0]}: ${error.message}`);
  // 3: computed, a tolerance was not met; the record says which.
  if (status !== 0 && status !== 3) fail(`${command.join(' ')}: exit code ${status}.`);
  return { seconds: (performance.now() - began) / 1000, exit: status, output: parsed(stdout.trim()) };
}

function inputs({ folder, command }) {
  return command
    .filter((word) => existsSync(join(folder, word)) && statSync(join(folder, word)).isFile())
    .map((name) => ({
      name,
      sha256: createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    }));
}

const chosen = options();
const before = loadavg();
const given = inputs(chosen);
const commit = commitOfCode();
const { seconds, exit, output } = run(chosen);
const round = (value) => Number(value.toFixed(2));
const measured = {
  format: 'ntk-measured/1',
  name: chosen.name,
  command: chosen.command.join(' '),
  inputs: given,
  date: new Date().toISOString(),
  commit,
  machine: {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
    environment: Object.fromEntries(TOLD.filter((key) => process.env[key]).map((key) => [key, process.env[key]])),
  },
  load: { before: before.map(round), after: loadavg().map(round) },
  seconds: Number(seconds.toFixed(3)),
  exit,
  figures: figuresOf(output),
  output: withoutFigures(output),
};
const path = join(ROOT, 'docs/measured', `${chosen.name}.json`);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${JSON.stringify(measured, null, 1)}\n`);
for (const { name, value, unit } of measured.figures)
  console.log(`${name.padEnd(60)} ${Number(value).toPrecision(4)} ${unit}`);
console.log(`load ${measured.load.before[0]} to ${measured.load.after[0]}; written: docs/measured/${chosen.name}.json`);
