import type { ParsedArguments } from './options/parsed.js';

/** A word as a POSIX shell takes it: quoted where it holds more than letters, digits and marks without a meaning. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command line that parsed arguments came from: positionals, flags with values, switches. */
export function commandLine(command: string, { positionals, values, switches }: ParsedArguments): string {
  const flags = [...values].flatMap(([name, texts]) => texts.flatMap((text) => [`--${name}`, text]));
  const words = [...positionals, ...flags, ...[...switches].map((name) => `--${name}`)];
  return ['ntk', command, ...words.map(quoted)].join(' ');
}
