import { extname } from 'node:path';
import { UsageError } from '../../errors.js';
import { COMPUTE_DEFAULTS } from '../../kernel/defaults.js';
import { now } from '../../platform/clock.js';
import { checkPath, writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/formats/json.js';
import { sphereCsv } from '../../report/formats/sphere-csv.js';
import type { SphereFacts, SphereRecord, SphereResult } from '../../report/records/sphere.js';
import { sphereText } from '../../report/text/sphere.js';
import { DEFAULT_DEGREE } from '../../spectrum/defaults.js';
import { SPHERE_LIMITS, sphereSpectrum } from '../../spectrum/sphere.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { singleKind } from '../options/compute.js';
import { type ParsedArguments, parsedOf, textOf } from '../options/parsed.js';
import { readVariants, type Variant } from '../options/sweep.js';
import { wholeWithin } from '../options/values.js';
import { print, say } from '../print.js';
import { runMultisphere } from './multisphere.js';
import { sweepRecord } from './sweep-record.js';

/** The dimension that is asked for. */
function readDim(args: ParsedArguments): number {
  const dim = parsedOf(args, 'dim', wholeWithin(2, SPHERE_LIMITS.dim, 3));
  if (dim !== undefined) return dim;
  throw new UsageError('--dim: must be given, got none. For example --dim 3 for inputs on the sphere in R^3.');
}

/** What was computed, and what to tell about it. */
interface Computed {
  readonly result: SphereResult;
  readonly warnings: readonly string[];
}

function compute(args: ParsedArguments, variants: readonly Variant[], signal: AbortSignal): Computed {
  const dim = readDim(args);
  const maxDegree =
    parsedOf(args, 'max-degree', wholeWithin(0, SPHERE_LIMITS.degree, DEFAULT_DEGREE)) ?? DEFAULT_DEGREE;
  const kind = parsedOf(args, 'kind', singleKind) ?? COMPUTE_DEFAULTS.kind;
  const normalized = args.switches.has('normalized');
  const spectra = variants.map(({ definition }) =>
    sphereSpectrum(definition, { dim, maxDegree, kind, normalized, signal }),
  );
  const [{ degrees, multiplicities }] = spectra;
  const rows = spectra.map(({ degrees: _, multiplicities: __, warnings: ___, ...row }, i) => {
    const { arch, name, flags } = variants[i];
    return { name, arch, ...flags, ...row };
  });
  const warnings = spectra.flatMap((one, i) => one.warnings.map((text) => `${variants[i].name}: ${text}`));
  return { result: { kind, normalized, dim, degrees, multiplicities, rows }, warnings };
}

/** The fields that stand at the top of a record of one kernel; none for a sweep. */
function topFields({ rows }: SphereResult): Partial<SphereFacts> {
  if (rows.length !== 1) return {};
  const { eigenvalues, errorBounds, method, exponent, endpoints, predicted, fit, trace } = rows[0];
  return { eigenvalues, errorBounds, method, exponent, endpoints, predicted, fit, trace };
}

/** Runs `ntk sphere`. */
export async function runSphere(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const out = textOf(args, 'out');
  if (out !== undefined) checkPath(out, args.switches.has('force'), ['.json', '.csv']);
  if (args.values.has('kind') && textOf(args, 'kind') === 'both') {
    throw new UsageError('--kind: must be ntk or nngp, got both. Run ntk sphere once for each.');
  }
  const variants = readVariants(args);
  if (args.values.has('positions')) return runMultisphere(args, variants, readDim(args), signal);
  if (args.values.has('memory')) {
    throw new UsageError('--memory: must come with --positions, got it alone. One sphere takes little; leave it out.');
  }
  const load = now();
  const { result, warnings } = compute(args, variants, signal);
  const common = sweepRecord(variants, { command: 'sphere', load, warnings });
  const record: SphereRecord = { ...common, ...result, ...topFields(result) };
  const json = jsonText(record);
  for (const warning of warnings) say(warning);
  if (out !== undefined)
    await writeWhole(out, extname(out).toLowerCase() === '.csv' ? sphereCsv(result) : json, args.switches.has('force'));
  if (args.switches.has('json')) await print(json);
  else if (out === undefined) await print(sphereText(result));
  else {
    const kernels = result.rows.length === 1 ? '1 kernel' : `${result.rows.length} kernels`;
    say(`${out}: eigenvalues of ${kernels} to degree ${result.degrees.length - 1}`);
  }
  return EXIT.done;
}
