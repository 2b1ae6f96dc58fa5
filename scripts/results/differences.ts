/**
 * Where two results differ: records number by number, arrays entry by entry, figures byte by byte, texts line by line.
 */
import { type RawArray, readMembers, readRaw, shownEntry } from './arrays.js';
import { withoutNames } from './code.js';
import { isIgnored, isIgnoredEntry, masked } from './ignored.js';

/** A place at which two results are not the same, with what stands there. */
export interface Difference {
  /** Field, entry, line or byte. */
  readonly place: string;
  readonly before: string;
  readonly after: string;
}

const LONGEST = 160;

function shown(value: unknown): string {
  const text = (typeof value === 'string' ? value : JSON.stringify(value)) ?? 'nothing';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

function fieldsOf(path: string, before: Fields, after: Fields): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const name = Array.isArray(before) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const [old, now] = [before[key], after[key]];
    const sameKind = kindOf(old) === kindOf(now);
    if (sameKind && isIgnored(name, (beside) => Object.is(before[beside], after[beside]))) return [];
    return differencesOf(name, old, now);
  });
}

function differencesOf(path: string, before: unknown, after: unknown): Difference[] {
  const sameKind = kindOf(before) === kindOf(after);
  if (sameKind && isObject(before) && isObject(after)) return fieldsOf(path, before, after);
  const areTexts = typeof before === 'string' && typeof after === 'string';
  const same = areTexts ? masked(before) === masked(after) : Object.is(before, after);
  return same ? [] : [{ place: path, before: shown(before), after: shown(after) }];
}

/**
 * Fields in which two records differ, without those that change from run to run: a field that one lacks, and every
 * number to the bit.
 */
export function compareRecords(before: string, after: string): readonly Difference[] {
  return differencesOf('', JSON.parse(before), JSON.parse(after));
}

function compareLines(before: string, after: string): readonly Difference[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const lines = Array.from({ length: Math.max(old.length, now.length) }, (_, k) => k).filter((k) => old[k] !== now[k]);
  const differing = old.length === now.length ? lines : lines.slice(0, 1);
  return differing.map((k) => ({ place: `line ${k + 1}`, before: shown(old[k]), after: shown(now[k]) }));
}

/**
 * Lines in which two texts differ, what changes from run to run masked; the first one where they have not the same
 * number of lines.
 */
export function compareTexts(before: string, after: string): readonly Difference[] {
  return compareLines(masked(before), masked(after));
}

/** Lines in which two programs differ other than in the names that they use, as `compareTexts`. */
export function compareCode(before: string, after: string): readonly Difference[] {
  return compareLines(withoutNames(before), withoutNames(after));
}

/** The first byte in which two files differ. */
export function compareBytes(before: Buffer, after: Buffer): readonly Difference[] {
  if (before.equals(after)) return [];
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at] === after[at]) at += 1;
  return [{ place: `byte ${at}`, before: shown(before[at]), after: shown(after[at]) }];
}

function entriesOf(name: string, before: RawArray, after: RawArray): readonly Difference[] {
  const { size } = before;
  const count = Math.ceil(Math.max(before.data.length, after.data.length) / size);
  for (let k = 0; k < count; k++) {
    const [old, now] = [before, after].map(({ data }) => data.subarray(k * size, (k + 1) * size));
    if (old.equals(now) || isIgnoredEntry(name, k)) continue;
    return [{ place: `entry ${k}`, before: shownEntry(before, k), after: shownEntry(after, k) }];
  }
  return [];
}

/**
 * The first entry in which two `.npy` files differ, or their headers; `name` as the table of ignored entries has it.
 */
function compareArrays(name: string, before: Buffer, after: Buffer): readonly Difference[] {
  if (before.equals(after)) return [];
  const [old, now] = [readRaw(before), readRaw(after)];
  if (old === null || now === null) return compareBytes(before, after);
  if (old.header !== now.header) return [{ place: 'header', before: old.header, after: now.header }];
  return entriesOf(name, old, now);
}

/** Arrays of two archives that differ, or the first byte where archives differ and no array does. */
function compareArchives(name: string, before: Buffer, after: Buffer): readonly Difference[] {
  if (before.equals(after)) return [];
  const [old, now] = [readMembers(before), readMembers(after)];
  if (old === null || now === null) return compareBytes(before, after);
  const [oldNames, newNames] = [old, now].map((members) => [...members.keys()].join(', '));
  if (oldNames !== newNames) return [{ place: 'arrays', before: oldNames, after: newNames }];
  const differing = [...old].filter(([key, bytes]) => now.get(key)?.equals(bytes) === false);
  if (differing.length === 0) return compareBytes(before, after);
  return differing.flatMap(([key, bytes]) =>
    compareArrays(`${name}, ${key}`, bytes, now.get(key) ?? Buffer.alloc(0)).map(({ place, ...values }) => ({
      place: `${key}, ${place}`,
      ...values,
    })),
  );
}

type Comparison = (name: string, before: Buffer, after: Buffer) => readonly Difference[];

const asTexts: Comparison = (_, before, after) => compareTexts(before.toString('latin1'), after.toString('latin1'));
/** Every byte counts, and is named by its line. */
const asLines: Comparison = (_, before, after) => compareLines(before.toString('latin1'), after.toString('latin1'));

/** By the ending of a file; all others are compared byte by byte. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  json: (_, before, after) => compareRecords(before.toString(), after.toString()),
  npy: compareArrays,
  npz: compareArchives,
  csv: asLines,
  svg: asLines,
  html: asTexts,
  pdf: asTexts,
};

/** Differences of two output files of one name. */
export function compareFiles(name: string, before: Buffer, after: Buffer): readonly Difference[] {
  const compare = COMPARISONS[name.slice(name.lastIndexOf('.') + 1)];
  return compare === undefined ? compareBytes(before, after) : compare(name, before, after);
}

/** Differences of what two commands printed: records where both are, else texts, or code whose names are free. */
export function comparePrinted(before: string, after: string, isCode = false): readonly Difference[] {
  if (isCode) return compareCode(before, after);
  const areRecords = [before, after].every((text) => text.startsWith('{'));
  return areRecords ? compareRecords(before, after) : compareTexts(before, after);
}
