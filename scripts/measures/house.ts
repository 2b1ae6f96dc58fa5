/**
 * The house of a checkout in numbers: rooms, imports, cycles, sizes, rules, and where the words of the closed languages
 * stand.
 */
import { cycles, FOLLOWED, type Followed } from './cycles.js';
import { betweenRooms, countImports, type ImportCount, importsOf, roomOf } from './imports.js';
import { otherNames, undocumentedExports, wideLines } from './rules.js';
import { bodySizes, fileSizes, type Spread, spread } from './sizes.js';
import { readSources, type Source } from './sources.js';
import { mapWords, stepWords, type Word, whereNamed } from './vocabulary.js';

/** Code that its own compiler reads, not TypeScript's. */
const FOREIGN = 'kernels/host/assembly/';

/** A first folder below `src/`, a backend, or a file of `src/` that stands in no folder. */
export interface Room {
  readonly room: string;
  /** Folders, itself counted. */
  readonly folders: number;
  readonly files: number;
  readonly lines: number;
}

/** Groups that reach each other, by what is followed. */
export type Cycles = Readonly<Record<Followed, readonly (readonly string[])[]>>;

/** All that is measured. */
export interface House {
  readonly rooms: readonly Room[];
  /** Imports between rooms. */
  readonly imports: readonly ImportCount[];
  readonly fileCycles: Cycles;
  readonly roomCycles: Cycles;
  readonly files: Spread;
  readonly bodies: Spread;
  /** Exports of `src/` without a doc comment. */
  readonly undocumented: readonly string[];
  readonly wideLines: readonly string[];
  readonly otherNames: readonly string[];
  readonly steps: readonly Word[];
  readonly maps: readonly Word[];
}

/** What cannot be read from the types alone. */
export interface HouseOptions {
  /** Name of the exported type of a step. ['Step'] */
  readonly stepType?: string;
  /** Words of the steps and of the maps, where no types tell. */
  readonly steps?: readonly string[] | undefined;
  readonly maps?: readonly string[] | undefined;
}

function roomsOf(files: readonly Source[]): readonly Room[] {
  const sizes = fileSizes(files);
  const rooms = [...new Set(sizes.map(({ name }) => roomOf(name)))].sort();
  return rooms.map((room) => {
    const own = sizes.filter(({ name }) => roomOf(name) === room);
    const folders = new Set(own.map(({ name }) => name.slice(0, name.lastIndexOf('/')))).size;
    return { room, folders, files: own.length, lines: own.reduce((sum, { lines }) => sum + lines, 0) };
  });
}

function allCycles(imports: Parameters<typeof cycles>[0]): Cycles {
  const of = (followed: Followed): readonly (readonly string[])[] => cycles(imports, followed);
  return { values: of('values'), types: of('types'), 'values and types': of('values and types'), all: of('all') };
}

/** Measures the sources of the checkout at `root`: `src/` and `kernels/`. */
export function measureHouse(root: string, options: HouseOptions = {}): House {
  const files = readSources(root, ['src', 'kernels']).filter(({ path }) => !path.startsWith(FOREIGN));
  const src = files.filter(({ path }) => path.startsWith('src/'));
  const imports = files.flatMap(importsOf);
  const steps = options.steps ?? stepWords(files, options.stepType ?? 'Step');
  const maps = options.maps ?? mapWords(files);
  return {
    rooms: roomsOf(files),
    imports: countImports(betweenRooms(imports)),
    fileCycles: allCycles(imports),
    roomCycles: allCycles(betweenRooms(imports)),
    files: spread(fileSizes(files)),
    bodies: spread(bodySizes(files)),
    undocumented: undocumentedExports(src),
    wideLines: wideLines(files),
    otherNames: otherNames(files),
    steps: whereNamed(files, steps, 'op'),
    maps: whereNamed(files, maps, 'map'),
  };
}

/** The numbers of a house that two states of it are compared by, by name. */
export function summary(house: House): Readonly<Record<string, string>> {
  const { rooms, imports, fileCycles, roomCycles, files, bodies, steps, maps } = house;
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const sizes = ({ median, p90, p99, max }: Spread): string => [median, p90, p99, max].join(' / ');
  const cyclic = (found: Cycles, followed: Followed): string =>
    `${found[followed].length} of ${sum(found[followed].map(({ length }) => length))}`;
  const spreadOf = (words: readonly Word[], what: 'named' | 'meant'): string => {
    const counts = words.map((word) => word[what].length);
    return `${(sum(counts) / Math.max(1, counts.length)).toFixed(1)} / ${Math.max(0, ...counts)}`;
  };
  const followed = Object.keys(FOLLOWED) as readonly Followed[];
  return {
    rooms: String(rooms.length),
    files: String(files.count),
    lines: String(sum(rooms.map(({ lines }) => lines))),
    'largest room, files': String(Math.max(0, ...rooms.map((room) => room.files))),
    'pairs of rooms with imports': String(imports.length),
    'imports between rooms': String(sum(imports.map(({ value, type, dynamic }) => value + type + dynamic))),
    ...Object.fromEntries(followed.map((kind) => [`file cycles, ${kind}`, cyclic(fileCycles, kind)])),
    ...Object.fromEntries(followed.map((kind) => [`room cycles, ${kind}`, cyclic(roomCycles, kind)])),
    'lines of a file, median / p90 / p99 / max': sizes(files),
    'lines of a body, median / p90 / p99 / max': sizes(bodies),
    'exports without doc comment': String(house.undocumented.length),
    'lines above 120 columns': String(house.wideLines.length),
    'names not in kebab case': String(house.otherNames.length),
    'files that name a step, mean / most': spreadOf(steps, 'named'),
    'files that mean a step, mean / most': spreadOf(steps, 'meant'),
    'files that name a map, mean / most': spreadOf(maps, 'named'),
    'files that mean a map, mean / most': spreadOf(maps, 'meant'),
  };
}
