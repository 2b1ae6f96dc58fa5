import { describeArchitecture } from '../../architecture/describe.js';
import { presetConvention } from '../../architecture/presets.js';
import { resolveArchitecture } from '../../architecture/resolve.js';
import { serialiseArchitecture } from '../../architecture/serialise.js';
import type { KernelDefinition } from '../../architecture/types.js';
import { UsageError } from '../../errors.js';
import { kernelShader } from '../../matrix/shader.js';
import { programmeNotes } from '../../programme/describe.js';
import { checkPath, writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/json.js';
import { commonRecord } from '../../report/record.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { readPresetFlags } from '../options/architecture.js';
import { singleKind } from '../options/compute.js';
import { type ParsedArguments, parsedOf, textOf } from '../options/parsed.js';
import { badValue } from '../options/values.js';
import { print, say } from '../print.js';

/** Numbers in one input: `784`, or the product of `32x32x3`. */
function inputSize(flag: string, text: string): number {
  const size = /^\d+(x\d+){0,2}$/.test(text) ? text.split('x').reduce((product, part) => product * Number(part), 1) : 0;
  if (size < 1 || !Number.isSafeInteger(size)) {
    throw badValue(flag, 'must be a size or sizes joined by x, above 0', text, `For example ${flag} 784 or 32x32x3`);
  }
  return size;
}

/** The table, and with `--shader` the WGSL below it. */
async function describe(args: ParsedArguments, definition: KernelDefinition): Promise<string> {
  const features = parsedOf(args, 'input', inputSize) ?? null;
  const kind = parsedOf(args, 'kind', singleKind) ?? 'ntk';
  const table = describeArchitecture(definition, {
    input: features,
    convention: presetConvention(args.positionals[0]),
    notes: programmeNotes(definition, features, kind),
  });
  if (!args.switches.has('shader')) return table;
  return `${table}\n${await kernelShader(definition, features, kind)}`;
}

/** Runs `ntk arch`. */
export async function runArch(args: ParsedArguments, { command }: CommandContext): Promise<number> {
  const out = textOf(args, 'out');
  const wanted = args.switches.has('describe');
  for (const flag of ['input', 'kind', 'shader']) {
    if (!wanted && (args.values.has(flag) || args.switches.has(flag))) {
      throw new UsageError(`--${flag}: must come with --describe, got it alone. Add --describe.`);
    }
  }
  if (out !== undefined) checkPath(out, args.switches.has('force'));
  const definition = resolveArchitecture(args.positionals[0], readPresetFlags(args));
  const load = performance.now() / 1000;
  const description = wanted ? await describe(args, definition) : null;
  if (out !== undefined) await writeWhole(out, description ?? serialiseArchitecture(definition));
  if (args.switches.has('json')) {
    const stages = { load, compile: performance.now() / 1000 - load };
    const head = {
      command,
      backend: null,
      precision: null,
      stages,
      architecture: definition,
      inputs: [],
      warnings: [],
    };
    await print(jsonText({ ...commonRecord(head), description: description?.trimEnd().split('\n') }));
  } else if (out === undefined) await print(description ?? serialiseArchitecture(definition));
  else say(`${out}: written`);
  return EXIT.done;
}
