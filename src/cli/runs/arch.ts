import { inputShapeOf } from '../../architecture/check-input.js';
import { describeArchitecture } from '../../architecture/describe.js';
import { presetConvention } from '../../architecture/presets.js';
import { fitToData } from '../../architecture/resolve.js';
import { serialiseArchitecture } from '../../architecture/serialise.js';
import type { KernelDefinition } from '../../architecture/types.js';
import { parseImageShape } from '../../data/image.js';
import { UsageError } from '../../errors.js';
import { COMPUTE_DEFAULTS } from '../../kernel/defaults.js';
import { programmeNotes } from '../../kernel/describe.js';
import { kernelShader, kernelSource } from '../../kernel/shader.js';
import { now } from '../../platform/clock.js';
import { checkPath, writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import type { ArchRecord } from '../../report/records/arch.js';
import { EXIT } from '../exit.js';
import { definitionOf, readPresetFlags } from '../options/architecture.js';
import { readPrecision, singleKind } from '../options/compute.js';
import { type ParsedArguments, parsedOf, textOf } from '../options/parsed.js';
import { badValue } from '../options/values.js';
import { print, say } from '../print.js';

/** Sizes of one input: `784`, or `32x32x3`. */
function inputSizes(flag: string, text: string): readonly number[] {
  const sizes = /^\d+(x\d+){0,2}$/.test(text) ? text.split('x').map(Number) : [0];
  const product = sizes.reduce((a, b) => a * b, 1);
  if (product < 1 || !Number.isSafeInteger(product)) {
    throw badValue(flag, 'must be a size or sizes joined by x, above 0', text, `For example ${flag} 784 or 32x32x3`);
  }
  return sizes;
}

/** The table, with `--shader` the WGSL below it, and with `--source` the C. */
async function describe(
  args: ParsedArguments,
  definition: KernelDefinition,
  sizes: readonly number[] | null,
): Promise<string> {
  const input = sizes === null ? null : inputShapeOf(definition, [1, ...sizes]);
  const kind = parsedOf(args, 'kind', singleKind) ?? COMPUTE_DEFAULTS.kind;
  const table = describeArchitecture(definition, {
    input,
    convention: presetConvention(args.positionals[0]),
    notes: programmeNotes(definition, input, kind),
  });
  const shader = args.switches.has('shader') ? [await kernelShader(definition, sizes, kind)] : [];
  const precision = readPrecision(args);
  const source = args.switches.has('source') ? [await kernelSource(definition, sizes, kind, precision)] : [];
  return [table, ...shader, ...source].join('\n');
}

/** @throws UsageError for a flag without the one that it belongs to */
function needs({ values, switches }: ParsedArguments, owner: string, flag: string): void {
  if (switches.has(owner) || !(values.has(flag) || switches.has(flag))) return;
  throw new UsageError(`--${flag}: must come with --${owner}, got it alone. Add --${owner}.`);
}

/** Runs `ntk arch`. */
export async function runArch(args: ParsedArguments): Promise<number> {
  const out = textOf(args, 'out');
  const wanted = args.switches.has('describe');
  for (const flag of ['input', 'kind', 'shader', 'source']) needs(args, 'describe', flag);
  needs(args, 'source', 'precision');
  if (out !== undefined) checkPath(out, args.switches.has('force'));
  const sizes = parsedOf(args, 'input', inputSizes) ?? null;
  const image = parsedOf(args, 'image', (_flag, text) => parseImageShape(text)) ?? sizes ?? [];
  const [spec] = args.positionals;
  const flags = readPresetFlags(args);
  const definition = fitToData(spec, flags, definitionOf(args, spec, flags), [1, ...image]);
  const load = now();
  const description = wanted ? await describe(args, definition, sizes) : null;
  if (out !== undefined)
    await writeWhole(out, description ?? serialiseArchitecture(definition), args.switches.has('force'));
  if (args.switches.has('json')) {
    const stages = { load, compile: now() - load };
    const head = {
      command: 'arch' as const,
      backend: null,
      precision: null,
      stages,
      architecture: definition,
      inputs: [],
      warnings: [],
    };
    const record: ArchRecord = { ...commonRecord(head), description: description?.trimEnd().split('\n') };
    await print(jsonText(record));
  } else if (out === undefined) await print(description ?? serialiseArchitecture(definition));
  else say(`${out}: written`);
  return EXIT.done;
}
