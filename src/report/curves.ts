import { rampColours, singleColour } from './colours.js';
import type { FigureCurve } from './figure.js';
import { architecturesOf, type ProfileRecord } from './profile.js';

/** A record and the name of the file that it came from. */
export interface NamedRecord {
  /** File name without folder and ending. */
  readonly name: string;
  readonly record: ProfileRecord;
}

interface Entry {
  readonly source: string;
  readonly group: string;
  readonly name: string;
  readonly dashed: boolean;
  readonly angles: readonly number[];
  readonly values: readonly number[];
}

function isRadial(definition: object | undefined): boolean {
  return definition !== undefined && 'format' in definition && definition.format === 'ntk-radial/1';
}

function entriesOf({ name: source, record }: NamedRecord, index: number): readonly Entry[] {
  const definitions = architecturesOf(record);
  return record.curves.map(({ name, arch }, k) => ({
    source,
    group: `${index} ${arch}`,
    name,
    dashed: isRadial(definitions[k]),
    angles: record.angles,
    values: record.values[k],
  }));
}

/** Names that several curves share get the file they came from put before them, and a number where that is shared too. */
function distinctNames(entries: readonly Entry[]): readonly string[] {
  const shared = (name: string): boolean => entries.filter((entry) => entry.name === name).length > 1;
  const seen = new Map<string, number>();
  return entries.map(({ name, source }) => {
    const full = shared(name) ? `${source}: ${name}` : name;
    const times = (seen.get(full) ?? 0) + 1;
    seen.set(full, times);
    return times === 1 ? full : `${full} (${times})`;
  });
}

/**
 * All curves of some records on one axis: a sweep (several curves of one architecture in a record) in one ramp of
 * colours, light to dark in the order of the sweep; single curves in colours of their own; radial kernels dashed.
 */
export function figureCurves(records: readonly NamedRecord[]): readonly FigureCurve[] {
  const entries = records.flatMap(entriesOf);
  const names = distinctNames(entries);
  const groups = new Map<string, number>();
  for (const { group } of entries) groups.set(group, (groups.get(group) ?? 0) + 1);
  const sweeps = [...groups.keys()].filter((group) => (groups.get(group) ?? 0) > 1);
  const ramps = new Map(sweeps.map((group, k) => [group, [...rampColours(k, groups.get(group) ?? 0)]]));
  let singles = 0;
  return entries.map(({ group, dashed, angles, values }, k) => {
    const colour = ramps.get(group)?.shift() ?? singleColour(singles++);
    return { name: names[k], angles, values, colour, dashed };
  });
}
