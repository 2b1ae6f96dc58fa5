/** A curve that needs a name. */
export interface Unnamed {
  /** Name of the file that it came from. */
  readonly source: string;
  readonly name: string;
}

/**
 * Names that several curves share get the file they came from put before them, and a number where that is shared too.
 */
export function distinctNames(entries: readonly Unnamed[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { name } of entries) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return entries.map(({ name, source }) => {
    const full = (counts.get(name) ?? 0) > 1 ? `${source}: ${name}` : name;
    const times = (seen.get(full) ?? 0) + 1;
    seen.set(full, times);
    return times === 1 ? full : `${full} (${times})`;
  });
}

/** The name of a kernel without the flags that a sweep goes over: `resntk depth 3 alpha 1` is `resntk`. */
export function familyOf(name: string, swept: readonly string[] = ['depth', 'alpha', 'gamma']): string {
  return swept.reduce((text, flag) => text.replace(new RegExp(`(^| )${flag} [^ ]+`), ''), name).trim();
}
