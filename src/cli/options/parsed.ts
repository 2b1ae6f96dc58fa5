import { UsageError } from '../../errors.js';

/** A command line after its words are sorted: values are still text. */
export interface ParsedArguments {
  /** Words that are no flags, in order. */
  readonly positionals: readonly string[];
  /** Texts of each flag that takes a value, in the order given. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Flags that stand alone and were given. */
  readonly switches: ReadonlySet<string>;
  /** Bytes of architectures that came through pipes, by their path. */
  readonly pipes?: ReadonlyMap<string, Uint8Array>;
}

/** The text given for a flag that takes one value; undefined when it was not given. */
export function textOf(args: ParsedArguments, name: string): string | undefined {
  const texts = args.values.get(name);
  if (texts === undefined) return undefined;
  if (texts.length > 1) {
    throw new UsageError(`--${name}: takes one value, got ${texts.length} (${texts.join(', ')}). Give it once.`);
  }
  return texts[0];
}

/** All texts given for a flag that may be repeated. */
export function textsOf(args: ParsedArguments, name: string): readonly string[] {
  return args.values.get(name) ?? [];
}

/** The value of a flag through its parser; undefined when it was not given. */
export function parsedOf<T>(
  args: ParsedArguments,
  name: string,
  parse: (flag: string, text: string) => T,
): T | undefined {
  const text = textOf(args, name);
  return text === undefined ? undefined : parse(`--${name}`, text);
}
