import type { ParsedArguments } from './options/parsed.js';

/** One flag of a command, as data: what the help shows and how its words are split from the rest. */
export interface Flag {
  /** One line for the help. */
  readonly describe: string;
  /** Heading of the help under which it stands. */
  readonly group: string;
  /** Whether the flag stands alone (`--json`) rather than before a value. */
  readonly alone?: boolean;
  /** Whether it may be given several times. */
  readonly repeats?: boolean;
  /** Default as the help shows it; read from the library's constants. */
  readonly fallback?: string;
  /** Values that it takes, when they are few. */
  readonly choices?: readonly string[];
}

/** Flags by name, without the dashes. */
export type FlagTable = Readonly<Record<string, Flag>>;

/** Words of a command that are no flags. */
export interface Positional {
  readonly name: string;
  readonly describe: string;
  readonly required: boolean;
  /** Whether it takes all words that are left. */
  readonly repeats?: boolean;
}

/** What a command runs with besides its arguments. */
export interface CommandContext {
  /** Aborted by SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
  /** Name of the command, for records. */
  readonly command: string;
}

/** A command as data; `src/cli/commands/` holds one a file. */
export interface Command {
  readonly positionals: readonly Positional[];
  readonly flags: FlagTable;
  /** Command lines that run as they stand where `digits.csv` lies, each with what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Does the work and returns the exit code. */
  readonly run: (args: ParsedArguments, context: CommandContext) => Promise<number>;
}
