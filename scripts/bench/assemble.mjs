/**
 * Helper of `scripts/bench/gpu`, plain JavaScript so that it runs where nothing is compiled:
 * `assemble.mjs sizes FOLDER` prints the arguments that make `with-jax.py` do what the benchmark did, one a line;
 * `assemble.mjs write FOLDER OUT` joins the parts in FOLDER into one JSON file and prints the lines that have a limit.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [action, folder, out] = process.argv.slice(2);
const text = (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');

/** Bytes of stderr that are kept: its end, where the reason stands. */
const MOST = 20_000;

function parsed(value) {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function sizes() {
  const bench = parsed(text('bench.out'));
  if (typeof bench !== 'object') return [];
  const { sizes: chosen, device } = bench;
  const products = chosen.products.map((size) => size.join('x')).join(',');
  const args = ['--rows', chosen.rows, '--features', chosen.features, '--products', products];
  return device?.software ? [...args, '--depths', 3, '--rounds', 1] : args;
}

function part(name) {
  const [code, start, end, ...command] = text(`${name}.part`).split('\n');
  const stderr = text(`${name}.err`).slice(-MOST);
  return {
    name,
    command: command.join('\n').trim(),
    exit: Number(code),
    seconds: Number((Number(end) - Number(start)).toFixed(3)),
    output: parsed(text(`${name}.out`)),
    ...(stderr === '' ? {} : { stderr }),
  };
}

/** Whether a value keeps a limit such as `<= 1.5`. */
function met(value, limit) {
  const [sign, bound] = limit.split(' ');
  return value !== null && (sign === '<=' ? value <= Number(bound) : value >= Number(bound));
}

function summary(parts) {
  const bench = parts.find(({ name }) => name === 'bench')?.output;
  const lines = (typeof bench === 'object' ? bench.lines : []).filter(({ limit }) => limit !== '');
  const row = ({ name, value, unit, limit }) => {
    // What could not be computed is null in JSON.
    const number = value === null ? 'failed' : `${Number(value).toPrecision(3)} ${unit}`.trim();
    return `${name.padEnd(44)} ${number.padEnd(12)} ${limit}${met(value, limit) ? '' : '  MISSED'}`;
  };
  const failed = parts.filter(({ exit }) => exit !== 0).map(({ name, exit }) => `failed: ${name}, exit code ${exit}`);
  const inner = (bench?.parts ?? []).filter(({ error }) => error).map(({ name, error }) => `failed: ${name}: ${error}`);
  const device = bench?.device ? [`device: ${bench.device.name}`] : [];
  return [...device, ...lines.map(row), ...(bench?.notes ?? []), ...failed, ...inner, `written: ${out}`].join('\n');
}

if (action === 'sizes') console.log(sizes().join('\n'));
else {
  const names = readdirSync(folder).filter((file) => file.endsWith('.part'));
  const at = (name) => Number(text(name).split('\n')[1]);
  const parts = names.sort((a, b) => at(a) - at(b)).map((file) => part(file.slice(0, -'.part'.length)));
  const clocks = text('clocks.out').trim();
  const written = {
    format: 'ntk-bench-gpu/1',
    date: new Date().toISOString(),
    parts,
    clocks: clocks === '' ? [] : clocks.split('\n'),
  };
  writeFileSync(out, `${JSON.stringify(written, null, 1)}\n`);
  console.log(summary(parts));
}
