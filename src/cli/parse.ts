import type { Argv } from 'yargs';
import yargsParser from 'yargs-parser';
import { UsageError } from '../errors.js';
import type { Command, Flag } from './command.js';
import { nearestText } from './nearest.js';
import type { ParsedArguments } from './options/parsed.js';

const NEGATIVE_NUMBER = /^-(\d|\.\d|inf|nan)/i;

/** The parser of yargs would otherwise coerce numbers, negate flags and split names at dots. */
const SETTINGS = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'duplicate-arguments-array': true,
};

/** Every flag takes these as well. */
const COMMON = ['help', 'h'];

/** An array of an archive that comes through the standard input: `-:NAME`. */
const OF_STDIN = /^-:/;

/** Stands before such a word, which would be read as flags. */
const MARK = '\u0000';

/** Joins `--alpha -.5` to `--alpha=-.5`, so that a negative number is not read as a flag; nor is `-:NAME`. */
function joinDashed(argv: readonly string[], command: Command): string[] {
  const joined: string[] = [];
  for (const word of argv) {
    const before = joined.at(-1) ?? '';
    const flag = before.startsWith('--') ? command.flags[before.slice(2)] : undefined;
    if (flag !== undefined && flag.alone !== true && (NEGATIVE_NUMBER.test(word) || OF_STDIN.test(word))) {
      joined[joined.length - 1] = `${before}=${word}`;
    } else joined.push(OF_STDIN.test(word) ? MARK + word : word);
  }
  return joined;
}

function describe(flag: Flag): string {
  return flag.choices === undefined ? flag.describe : `${flag.describe}: ${flag.choices.join(' | ')}`;
}

/** The words of a command line by the flags of its command. Values stay texts; `options/values.ts` parses them. */
function sorted(words: readonly string[], { flags }: Command): Readonly<Record<string, unknown>> {
  const names = Object.keys(flags);
  const { argv, error } = yargsParser.detailed([...words], {
    configuration: { ...SETTINGS, 'populate--': false },
    boolean: [...names.filter((name) => flags[name].alone === true), 'help'],
    narg: Object.fromEntries(names.filter((name) => flags[name].alone !== true).map((name) => [name, 1])),
    alias: { help: ['h'] },
  });
  if (error !== null) throw missingValue(error.message);
  return argv;
}

/** A command's flags told to yargs, which prints help pages; it is loaded for them alone. */
async function pageOf(name: string, command: Command): Promise<Argv> {
  const { default: yargs } = await import('yargs');
  const parser = yargs([]).locale('en').help(false).version(false).exitProcess(false);
  for (const [flag, data] of Object.entries(command.flags)) {
    const common = { describe: describe(data), group: `${data.group}:` };
    const fallback = data.fallback === undefined ? {} : { defaultDescription: data.fallback };
    parser.option(flag, data.alone === true ? { ...common, type: 'boolean' } : { ...common, ...fallback, nargs: 1 });
  }
  parser.option('help', { alias: 'h', describe: 'this page', group: 'Other:', type: 'boolean' });
  return parser.usage(usageOf(name, command)).wrap(Math.min(100, process.stdout.columns ?? 100));
}

function usageOf(name: string, command: Command): string {
  const words = command.positionals.map(
    (p) => `${p.required ? p.name : `[${p.name}]`}${p.repeats === true ? '...' : ''}`,
  );
  const described = command.positionals.map((p) => `  ${p.name.padEnd(6)} ${p.describe}`);
  return [`ntk ${[name, ...words, '[flags]'].join(' ')}`, ...(described.length > 0 ? ['', ...described] : [])].join(
    '\n',
  );
}

function missingValue(message: string): UsageError {
  const name = /following: (\S+)/.exec(message)?.[1];
  if (name === undefined) return new UsageError(`arguments: could not be read, got "${message}". See --help.`);
  return new UsageError(`--${name}: needs a value, got none. See --help for what it takes.`);
}

/** The help page of one command; its examples are not wrapped, so that they can be copied. */
export async function helpOf(name: string, command: Command, describe: string): Promise<string> {
  const page = await (await pageOf(name, command)).getHelp();
  const flags = page.replaceAll(/ +\[boolean\]$/gm, '');
  const examples = command.examples.map(([line, what]) => `  # ${what}\n  ${line}\n`);
  return `ntk ${name}: ${describe}\n\n${flags}\n\nExamples:\n${examples.join('\n')}`;
}

function checkFlags(given: readonly string[], command: Command, name: string): void {
  const known = [...Object.keys(command.flags), 'help'];
  for (const flag of given) {
    if (known.includes(flag)) continue;
    const dashes = flag.length === 1 ? '-' : '--';
    const remedy = nearestText(flag, known, '--') ?? `See ntk ${name} --help.`;
    throw new UsageError(`${dashes}${flag}: must be a flag of ntk ${name}, got one that it does not know. ${remedy}`);
  }
}

function checkPositionals(words: readonly string[], { positionals }: Command, name: string): void {
  const required = positionals.filter((p) => p.required);
  const most = positionals.some((p) => p.repeats) ? Number.POSITIVE_INFINITY : positionals.length;
  if (words.length < required.length) {
    const missing = required[words.length];
    throw new UsageError(`${missing.name}: must be given (${missing.describe}), got none. See ntk ${name} --help.`);
  }
  if (words.length > most) {
    const rule =
      most === 0 ? 'takes only flags' : `takes at most ${most} ${most === 1 ? 'word' : 'words'} besides flags`;
    throw new UsageError(`ntk ${name}: ${rule}, got ${words.join(' ')}. Quote names that hold spaces.`);
  }
  const empty = words.indexOf('');
  if (empty >= 0)
    throw new UsageError(`${positionals[empty]?.name ?? 'X'}: must name a file, got nothing. See --help.`);
}

/** Flags that stand alone are given no value, not even after `=`. */
function checkAlone(words: readonly string[], command: Command): void {
  for (const word of words) {
    const [, name, value] = /^--([^=]+)=(.*)$/.exec(word) ?? [];
    if (name === undefined || command.flags[name]?.alone !== true) continue;
    throw new UsageError(`--${name}: takes no value, got ${value === '' ? 'nothing' : value}. Give --${name} alone.`);
  }
}

function switchesOf(argv: Readonly<Record<string, unknown>>, command: Command): ReadonlySet<string> {
  const given = Object.keys(command.flags).filter((name) => command.flags[name].alone === true && name in argv);
  const on = given.filter((name) => [argv[name]].flat().at(-1) === true);
  return new Set(on);
}

/**
 * Sorts the words of a command line; throws a `UsageError` for what the command does not take. Null: help is wanted.
 */
export async function parse(name: string, command: Command, argv: readonly string[]): Promise<ParsedArguments | null> {
  const words = joinDashed(argv, command);
  const flagsEnd = words.includes('--') ? words.indexOf('--') : words.length;
  if (words.slice(0, flagsEnd).some((word) => COMMON.some((help) => word === `--${help}` || word === `-${help}`)))
    return null;
  checkAlone(words.slice(0, flagsEnd), command);
  const { _: positionals, ...flags } = sorted(words, command);
  checkFlags(
    Object.keys(flags).filter((flag) => flags[flag] !== undefined),
    command,
    name,
  );
  const texts = (positionals as readonly unknown[]).map((word) => String(word).replace(MARK, ''));
  checkPositionals(texts, command, name);
  const valued = Object.keys(command.flags).filter((flag) => command.flags[flag].alone !== true && flag in flags);
  const values = new Map(valued.map((flag) => [flag, [flags[flag]].flat().map(String)]));
  for (const [flag, given] of values) {
    if (given.includes('')) throw new UsageError(`--${flag}: needs a value, got nothing. See ntk ${name} --help.`);
  }
  return { positionals: texts, values, switches: switchesOf(flags, command) };
}
