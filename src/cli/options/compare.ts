import { join } from 'node:path';
import type { PresetFlags } from '../../architecture/preset-flags.js';
import type { Architecture } from '../../architecture/types.js';
import { UsageError } from '../../errors.js';
import { definitionOf, readPresetFlags } from './architecture.js';
import { type ComputeOptions, readComputeOptions } from './compute.js';
import { LAWS, networkOf } from './finite.js';
import { type InputOptions, readInputOptions } from './inputs.js';
import { type ParsedArguments, parsedOf, textOf } from './parsed.js';
import { badValue, listOf, nonEmpty, oneOf, positiveInteger } from './values.js';

/** A call of `ntk compare`, checked as far as it can be without the data. */
export interface CompareJob {
  readonly definition: Architecture;
  /** As given to `--arch`, with the flags given for it. */
  readonly arch: string;
  readonly flags: PresetFlags;
  readonly input: InputOptions;
  readonly compute: ComputeOptions;
  readonly widths: readonly number[];
  readonly seeds: number | null;
  readonly outputs: number | null;
  readonly init: (typeof LAWS)[number] | null;
  readonly k: number | null;
  /** Folder of the result and of finished networks. */
  readonly out: string;
  /** File of the record in it. */
  readonly record: string;
  readonly json: boolean;
  readonly plan: boolean;
  readonly force: boolean;
}

/** Widths of a comparison: a list that ascends. */
function widthList(flag: string, text: string): readonly number[] {
  const values = listOf(positiveInteger)(flag, text);
  if (values.some((value, i) => i > 0 && value < values[i - 1])) {
    const sorted = values.toSorted((a, b) => a - b).join(',');
    throw badValue(flag, 'must ascend', text, `For example ${flag} ${sorted}`);
  }
  return values;
}

/** A flag without which there is nothing to do. */
function needed<T>(value: T | undefined, flag: string, example: string): T {
  if (value !== undefined) return value;
  throw new UsageError(`--${flag}: must be given, got none. For example --${flag} ${example}; see ntk compare --help.`);
}

/** Reads the flags of `ntk compare`; everything that is wrong without a look at data and folder is found here. */
export function readCompareJob(args: ParsedArguments): CompareJob {
  const arch = needed(textOf(args, 'arch'), 'arch', 'fc');
  const compute = readComputeOptions(args);
  const flags = readPresetFlags(args);
  const out = needed(parsedOf(args, 'out', nonEmpty), 'out', 'DIR');
  return {
    definition: networkOf(definitionOf(args, arch, flags)),
    arch,
    flags,
    input: readInputOptions(args),
    compute,
    widths: needed(parsedOf(args, 'widths', widthList), 'widths', '64,128,256'),
    seeds: parsedOf(args, 'seeds', positiveInteger) ?? null,
    outputs: parsedOf(args, 'outputs', positiveInteger) ?? null,
    init: parsedOf(args, 'init', oneOf(LAWS)) ?? null,
    k: parsedOf(args, 'k', (_flag, text) => positiveInteger('-k', text)) ?? null,
    out,
    record: join(out, 'compare.json'),
    json: args.switches.has('json'),
    plan: args.switches.has('plan'),
    force: args.switches.has('force'),
  };
}
