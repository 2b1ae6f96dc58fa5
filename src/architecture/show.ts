/** Longest text of a value that a message quotes. */
const LONGEST = 60;

/**
 * A JSON value as a message quotes it: short, on one line, with its type visible.
 *
 * `show('2')` is `"2"`, `show([1])` is `[1]`, `show(undefined)` is `nothing`, and lists and objects that hold others
 * are only named.
 */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string')
    return JSON.stringify(value.length <= LONGEST ? value : `${value.slice(0, LONGEST)}...`);
  if (typeof value !== 'object' || value === null) return String(value);
  const isFlat = Object.values(value).every((inner) => typeof inner !== 'object' && typeof inner !== 'bigint');
  const name = Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  if (!isFlat) return name;
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : name;
}
