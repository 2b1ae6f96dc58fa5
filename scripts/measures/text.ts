/** Measures of a house as text. */
import { type House, summary } from './house.js';
import type { Word } from './vocabulary.js';

/** Places that a list shows. */
const SHOWN = 10;

/** Rows as columns: the first to the left, the others to the right; the first row is the head. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  ');
  return rows.map((row) => line(row).trimEnd());
}

function rooms(house: House): readonly string[] {
  const rows = house.rooms.map(({ room, folders, files, lines }) => [room, folders, files, lines].map(String));
  return columns([['room', 'folders', 'files', 'lines'], ...rows]);
}

function imports(house: House): readonly string[] {
  const rows = house.imports.map(({ from, to, value, type, dynamic }) => [
    `${from} -> ${to}`,
    ...[value, type, dynamic].map((count) => (count === 0 ? '' : String(count))),
  ]);
  return columns([['imports', 'values', 'types', 'dynamic'], ...rows]);
}

function cycles(title: string, found: House['fileCycles']): readonly string[] {
  return Object.entries(found).flatMap(([followed, groups]) => [
    `${title}, ${followed}: ${groups.length === 0 ? 'none' : groups.length}`,
    ...groups.map((group) => `  ${group.length}: ${group.join(', ')}`),
  ]);
}

function list(title: string, places: readonly string[]): readonly string[] {
  const more = places.length > SHOWN ? [`  and ${places.length - SHOWN} more`] : [];
  return [`${title}: ${places.length}`, ...places.slice(0, SHOWN).map((place) => `  ${place}`), ...more];
}

function words(title: string, found: readonly Word[]): readonly string[] {
  const rows = found.map(({ word, named, meant }) => [word, String(named.length), String(meant.length)]);
  return columns([[title, 'named in', 'meant in'], ...rows]);
}

/** Everything that was measured of one house. */
export function houseText(house: House): string {
  const sizes = Object.entries(summary(house)).filter(([name]) => name.startsWith('lines of'));
  const parts = [
    rooms(house),
    imports(house),
    [...cycles('cycles of files', house.fileCycles), ...cycles('cycles of rooms', house.roomCycles)],
    [
      ...sizes.map(([name, value]) => `${name}: ${value}`),
      `largest file ${house.files.largest}, largest body ${house.bodies.largest}`,
    ],
    [
      ...list('exports without doc comment', house.undocumented),
      ...list('lines above 120 columns', house.wideLines),
      ...list('names not in kebab case', house.otherNames),
    ],
    words('step', house.steps),
    words('map', house.maps),
  ];
  return parts.map((part) => part.join('\n')).join('\n\n');
}

/** The numbers of several houses beside each other. */
export function comparisonText(names: readonly string[], houses: readonly House[]): string {
  const all = houses.map(summary);
  const rows = Object.keys(all[0] ?? {}).map((name) => [name, ...all.map((one) => one[name])]);
  return columns([['', ...names], ...rows]).join('\n');
}
