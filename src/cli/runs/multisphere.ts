import { extname } from 'node:path';
import { COMPUTE_DEFAULTS } from '../../kernel/defaults.js';
import { now } from '../../platform/clock.js';
import { writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/formats/json.js';
import { multisphereCsv } from '../../report/formats/multisphere-csv.js';
import type { MultisphereFacts, MultisphereRecord, MultisphereResult } from '../../report/records/multisphere.js';
import { multisphereText } from '../../report/text/multisphere.js';
import { DEFAULT_MULTISPHERE_DEGREE } from '../../spectrum/defaults.js';
import { MULTISPHERE_LIMITS, type MultisphereSpectrum, multisphereSpectrum } from '../../spectrum/multisphere.js';
import { EXIT } from '../exit.js';
import { singleKind } from '../options/compute.js';
import { type ParsedArguments, parsedOf, textOf } from '../options/parsed.js';
import { fitVariant, type Variant } from '../options/sweep.js';
import { byteCount, wholeWithin } from '../options/values.js';
import { print, say } from '../print.js';
import { sweepRecord } from './sweep-record.js';

/** What was computed, and what to tell about it. */
interface Computed {
  readonly variants: readonly Variant[];
  readonly result: MultisphereResult;
  readonly warnings: readonly string[];
}

async function compute(
  args: ParsedArguments,
  given: readonly Variant[],
  dim: number,
  signal: AbortSignal,
): Promise<Computed> {
  const positions = parsedOf(args, 'positions', wholeWithin(1, MULTISPHERE_LIMITS.positions, 3)) ?? 1;
  const degrees = wholeWithin(0, MULTISPHERE_LIMITS.degree, DEFAULT_MULTISPHERE_DEGREE);
  const maxDegree = parsedOf(args, 'max-degree', degrees) ?? DEFAULT_MULTISPHERE_DEGREE;
  const kind = parsedOf(args, 'kind', singleKind) ?? COMPUTE_DEFAULTS.kind;
  const memory = parsedOf(args, 'memory', byteCount);
  const normalized = args.switches.has('normalized');
  const options = { positions, dim, maxDegree, kind, normalized, signal, ...(memory === undefined ? {} : { memory }) };
  const variants = given.map((variant) => {
    const fitted = fitVariant(variant, [1, positions, dim]);
    // A network that goes by its own name says there how many axes it has.
    return variant.name === variant.definition.name ? { ...fitted, name: fitted.definition.name } : fitted;
  });
  const spectra: MultisphereSpectrum[] = [];
  for (const { definition } of variants) spectra.push(await multisphereSpectrum(definition, options));
  const [{ frequencies, multiplicities }] = spectra;
  const rows = spectra.map(({ frequencies: _, multiplicities: __, warnings: ___, ...row }, i) => {
    const { arch, name, flags } = variants[i];
    return { name, arch, ...flags, ...row };
  });
  const warnings = spectra.flatMap((one, i) => one.warnings.map((text) => `${variants[i].name}: ${text}`));
  const asked = { kind, normalized, dim, positions, maxDegree };
  return { variants, result: { ...asked, frequencies, multiplicities, rows }, warnings };
}

/** The fields that stand at the top of a record of one kernel; none for a sweep. */
function topFields({ rows }: MultisphereResult): Partial<MultisphereFacts> {
  if (rows.length !== 1) return {};
  const { eigenvalues, errorBounds, dependsOn, lines, trace, nodes } = rows[0];
  return { eigenvalues, errorBounds, dependsOn, lines, trace, nodes };
}

/** Runs `ntk sphere --positions` for inputs of `dim` channels; the output was checked. */
export async function runMultisphere(
  args: ParsedArguments,
  given: readonly Variant[],
  dim: number,
  signal: AbortSignal,
): Promise<number> {
  const load = now();
  const { variants, result, warnings } = await compute(args, given, dim, signal);
  const record: MultisphereRecord = {
    ...sweepRecord(variants, { command: 'sphere', load, warnings }),
    ...result,
    ...topFields(result),
  };
  const json = jsonText(record);
  for (const warning of warnings) say(warning);
  const out = textOf(args, 'out');
  if (out !== undefined) {
    const isCsv = extname(out).toLowerCase() === '.csv';
    await writeWhole(out, isCsv ? multisphereCsv(result) : json, args.switches.has('force'));
  }
  if (args.switches.has('json')) await print(json);
  else if (out === undefined) await print(multisphereText(result));
  else {
    const kernels = result.rows.length === 1 ? '1 kernel' : `${result.rows.length} kernels`;
    say(`${out}: eigenvalues of ${kernels} at ${result.frequencies.length} frequencies`);
  }
  return EXIT.done;
}
