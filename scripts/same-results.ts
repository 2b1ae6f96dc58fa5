/**
 * Whether two states of the engine give the same results, bit for bit: `scripts/same-results BEFORE AFTER`, two built
 * checkouts.
 *
 * `--only TEXT` runs the commands whose names hold it, `--keep FOLDER` (empty or new) leaves there what they wrote,
 * `--json` prints lines, times and differences of all.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { COMMANDS, type Command } from './results/commands.js';
import { writeInputs } from './results/inputs.js';
import { compareOutcomes, type Found } from './results/outcomes.js';
import { Side } from './results/run.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Differences of one command that are printed. */
const SHOWN = 5;

interface Report {
  readonly name: string;
  readonly line: string;
  readonly files: readonly string[];
  readonly seconds: { readonly before: number; readonly after: number };
  readonly differences: readonly Found[];
}

function compareCommand(command: Command, [before, after]: readonly Side[]): Report {
  const { name, line } = command;
  const [old, now] = [before.run(line), after.run(line)];
  const seconds = { before: old.seconds, after: now.seconds };
  return { name, line, files: [...old.files.keys()], seconds, differences: compareOutcomes(command, old, now) };
}

function print({ name, line, seconds, differences }: Report): void {
  const same = differences.length === 0;
  const times = `${seconds.before.toFixed(2)} s, ${seconds.after.toFixed(2)} s`;
  console.log(`${name.padEnd(20)} ${same ? 'same   ' : 'DIFFERS'}  ${times}${same ? '' : `: ntk ${line}`}`);
  for (const { what, place, before, after } of differences.slice(0, SHOWN)) {
    console.log(`  ${what}, ${place}:\n    before  ${before}\n    after   ${after}`);
  }
  if (differences.length > SHOWN) console.log(`  and ${differences.length - SHOWN} more`);
}

/** Backends that a state of the engine finds here. */
function backendsOf(side: Side): readonly string[] {
  const { stdout } = side.run('backends --json');
  const record: { readonly backends: readonly { readonly name: string; readonly available: boolean }[] } =
    JSON.parse(stdout);
  return record.backends.filter(({ available }) => available).map(({ name }) => name);
}

interface Options {
  /** Folder in which both sides get one of their own. */
  readonly folder: string;
  /** Part of the names of the commands that run. */
  readonly only: string;
  /** Called as soon as a command is compared. */
  readonly onReport: (report: Report) => void;
  /** Called for a command that nothing here can run. */
  readonly onLeft: (command: Command) => void;
}

/** Runs the commands of the set in both checkouts, one after the other; whether nothing differs. */
function compareIn(checkouts: readonly string[], { folder, only, onReport, onLeft }: Options): readonly Report[] {
  const sides = checkouts.map((checkout, k) => {
    const own = join(folder, k === 0 ? 'before' : 'after');
    writeInputs(ROOT, own);
    return new Side(checkout, own);
  });
  const here = new Set(sides.flatMap(backendsOf));
  const wanted = COMMANDS.filter(({ name }) => name.includes(only));
  return wanted.flatMap((command) => {
    if (command.needs !== undefined && !here.has(command.needs)) {
      onLeft(command);
      return [];
    }
    const report = compareCommand(command, sides);
    onReport(report);
    return [report];
  });
}

/** The folder of the outputs; null where it holds something already. */
function folderFor(keep: string | undefined): string | null {
  if (keep === undefined) return mkdtempSync(join(tmpdir(), 'ntk-same-'));
  const folder = resolve(keep);
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).length === 0 ? folder : null;
}

function main(checkouts: readonly string[], only: string, keep: string | undefined, json: boolean): number {
  const unbuilt = checkouts.find((checkout) => !existsSync(join(checkout, 'dist/src/cli/main.js')));
  const folder = unbuilt === undefined ? folderFor(keep) : null;
  if (folder === null) {
    const remedy = 'Run npm ci and npm run build there.';
    const build = `${unbuilt}: must be a built checkout, got no dist/src/cli/main.js. ${remedy}`;
    const empty = `--keep ${keep}: must be an empty folder, got one with files. Name another.`;
    console.error(`same-results: ${unbuilt === undefined ? empty : build}`);
    return 2;
  }
  try {
    const onLeft = ({ name, needs }: Command): void =>
      console.error(`${name.padEnd(20)} left out: neither has backend ${needs} here`);
    const reports = compareIn(checkouts, { folder, only, onReport: json ? () => {} : print, onLeft });
    const differ = reports.filter(({ differences }) => differences.length > 0).length;
    if (json) console.log(JSON.stringify({ node: process.version, commands: reports, differ }, null, 2));
    else console.log(`${reports.length} commands, ${differ} differ`);
    return differ === 0 && reports.length > 0 ? 0 : 1;
  } finally {
    if (keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (positionals.length === 2) process.exitCode = main(positionals, values.only, values.keep, values.json);
else {
  console.error(
    'usage: scripts/same-results BEFORE AFTER [--only TEXT] [--keep FOLDER] [--json], of two built checkouts',
  );
  process.exitCode = 2;
}
