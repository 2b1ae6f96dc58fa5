import { printable } from './printable.js';

/** A message in the one pattern of all errors: `<where>: <rule>, got <value>. <remedy>`. */
export function complaint(where: string, rule: string, value: string | number, remedy: string): string {
  return `${where}: ${rule}, got ${value}. ${remedy}`;
}

/** Text from a file as it may stand in a message: quoted, on one line, shortened. */
export function quoted(text: string): string {
  const limit = 40;
  return printable(JSON.stringify(text.length > limit ? `${text.slice(0, limit)}…` : text));
}

/** The message of anything that was thrown. */
export function reasonOf(error: unknown): string {
  return textOf(error, 'message') ?? String(error);
}

/** The code (`ENOENT`, `Z_DATA_ERROR`) of a system error; empty when there is none. */
export function codeOf(error: unknown): string {
  return textOf(error, 'code') ?? '';
}

function textOf(error: unknown, field: 'message' | 'code'): string | null {
  if (typeof error !== 'object' || error === null || !(field in error)) return null;
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : null;
}
