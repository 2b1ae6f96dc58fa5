import { extname } from 'node:path';
import { UsageError } from '../../errors.js';
import { COMPUTE_DEFAULTS, PROFILE_DEFAULTS } from '../../kernel/defaults.js';
import { kernelProfile } from '../../kernel/profile.js';
import { now } from '../../platform/clock.js';
import { halfAngle } from '../../report/curve.js';
import { checkPath, writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/formats/json.js';
import { curvesCsv } from '../../report/formats/profile-csv.js';
import type { ProfileRecord, ProfileResult } from '../../report/records/profile.js';
import { profileText } from '../../report/text/profile.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { singleKind } from '../options/compute.js';
import { type ParsedArguments, parsedOf, textOf } from '../options/parsed.js';
import { readVariants, type Variant } from '../options/sweep.js';
import { badValue, positiveInteger } from '../options/values.js';
import { print, say } from '../print.js';
import { sweepRecord } from './sweep-record.js';

/** More angles than this are a mistake. */
const MOST_ANGLES = 1_000_000;

function angleCount(flag: string, text: string): number {
  const count = positiveInteger(flag, text);
  if (count < 2 || count > MOST_ANGLES) {
    throw badValue(
      flag,
      `must be a whole number from 2 to ${MOST_ANGLES}`,
      text,
      `For example ${flag} ${PROFILE_DEFAULTS.angles}`,
    );
  }
  return count;
}

function compute(args: ParsedArguments, variants: readonly Variant[], signal: AbortSignal): ProfileResult {
  const kind = parsedOf(args, 'kind', singleKind) ?? COMPUTE_DEFAULTS.kind;
  const angles = parsedOf(args, 'angles', angleCount) ?? PROFILE_DEFAULTS.angles;
  const features = parsedOf(args, 'input', positiveInteger) ?? PROFILE_DEFAULTS.features;
  const definitions = variants.map(({ definition }) => definition);
  const profile = kernelProfile(definitions, { angles, kind, normalized: true, features, signal });
  const values = profile.curves.map((curve) => curve.values);
  const curves = variants.map(({ arch, name, flags }, i) => ({
    name,
    arch,
    ...flags,
    halfAngle: halfAngle(profile.angles, values[i]),
  }));
  return { kind, angles: profile.angles, curves, values };
}

function csvOf({ angles, curves, values }: ProfileResult): string {
  return curvesCsv(curves.map(({ name }, i) => ({ name, angles, values: values[i] })));
}

/** Runs `ntk profile`. */
export async function runProfile(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const out = textOf(args, 'out');
  if (out !== undefined) checkPath(out, args.switches.has('force'), ['.json', '.csv']);
  if (args.values.has('kind') && textOf(args, 'kind') === 'both') {
    throw new UsageError('--kind: must be ntk or nngp, got both. Run ntk profile once for each.');
  }
  const variants = readVariants(args);
  const load = now();
  const result = compute(args, variants, signal);
  const record: ProfileRecord = { ...sweepRecord(variants, { command: 'profile', load, warnings: [] }), ...result };
  const json = jsonText(record);
  if (out !== undefined)
    await writeWhole(out, extname(out).toLowerCase() === '.csv' ? csvOf(result) : json, args.switches.has('force'));
  if (args.switches.has('json')) await print(json);
  else if (out === undefined) await print(profileText(result));
  else
    say(`${out}: ${variants.length} ${variants.length === 1 ? 'curve' : 'curves'} of ${result.angles.length} angles`);
  return EXIT.done;
}
