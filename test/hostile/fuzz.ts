/**
 * Files of every kind changed at random: each is read, or refused by an error of its class, soon and within its memory.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InternalError, isNtkError } from '../../src/errors.js';
import { Chance } from '../fuzz/chance.js';
import { ANYTHING, type Changes, type Kind, kinds } from './kinds.js';

/** Seconds that a file may take. */
export const MOST_SECONDS = 5;

/** Letters that a message may have. */
const LONGEST_MESSAGE = 45_000;

/** A file that was neither read nor refused well. */
export interface Finding {
  readonly kind: string;
  readonly index: number;
  readonly what: string;
}

/** What came of a range. */
export interface Tally {
  readonly files: number;
  readonly read: number;
  readonly refused: number;
  readonly slowest: number;
  readonly findings: readonly Finding[];
}

/** What to run. */
export interface Range {
  readonly seed: number;
  readonly from: number;
  /** Files of each kind. */
  readonly count: number;
  /** Name of the one kind that is wanted. [all] */
  readonly only?: string | undefined;
  /** What is done to the files. [anything] */
  readonly change?: Changes;
}

/** What is wrong with an error; null where it is as it should be. */
function faultOf(error: unknown): string | null {
  const text = error instanceof Error ? `${error.name}: ${error.message.slice(0, 300)}` : String(error);
  if (!isNtkError(error) || error instanceof InternalError) return `failed with ${text}`;
  if (error.message.length > LONGEST_MESSAGE) return `a message of ${error.message.length} letters`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no message may hold them
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/.test(error.message)) return `control characters in ${text}`;
  if (!/^[\s\S]+: [\s\S]+, got[:\s][\s\S]+[.?]$/.test(error.message))
    return `a message without where, rule, value, remedy: ${text}`;
  return null;
}

/** Reads one file; what is wrong with what came of it, null for nothing. */
async function tryFile(
  kind: Kind,
  folder: string,
  chance: Chance,
  change: Changes,
): Promise<{ fault: string | null; read: boolean }> {
  mkdirSync(folder);
  const path = kind.write(folder, chance, change);
  try {
    await kind.read(path);
    return { fault: null, read: true };
  } catch (error) {
    return { fault: faultOf(error), read: false };
  }
}

/** Draws of one file. */
function chanceOf(seed: number, place: number, index: number): Chance {
  return new Chance(seed * 1_000_003 + 7919 * place + index);
}

/** Runs a range of files; a file is the same whatever else is run. */
export async function fuzzFiles({
  seed,
  from,
  count,
  only,
  change = ANYTHING,
}: Range): Promise<ReadonlyMap<string, Tally>> {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-hostile-'));
  const tallies = new Map<string, Tally>();
  try {
    for (const [place, kind] of (await kinds(join(folder, 'seeds'))).entries()) {
      if (only !== undefined && kind.name !== only) continue;
      const findings: Finding[] = [];
      let [read, slowest] = [0, 0];
      for (let index = from; index < from + count; index++) {
        const own = join(folder, 'file');
        const start = performance.now();
        const tried = await tryFile(kind, own, chanceOf(seed, place, index), change);
        const seconds = (performance.now() - start) / 1000;
        slowest = Math.max(slowest, seconds);
        if (tried.read) read++;
        const what = tried.fault ?? (seconds > MOST_SECONDS ? `took ${seconds.toFixed(1)} s` : null);
        if (what !== null) findings.push({ kind: kind.name, index, what });
        rmSync(own, { recursive: true });
      }
      tallies.set(kind.name, { files: count, read, refused: count - read, slowest, findings });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return tallies;
}

/** Writes one file of a range, to look at; its path. */
export async function writeFileOf(seed: number, name: string, index: number, folder: string): Promise<string> {
  const all = await kinds(join(folder, 'seeds'));
  const place = all.findIndex((kind) => kind.name === name);
  return all[place].write(folder, chanceOf(seed, place, index), ANYTHING);
}
