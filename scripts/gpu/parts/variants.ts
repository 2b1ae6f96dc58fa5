import { type Context, type Part, program } from '../context.js';
import { type Line, measured, undone } from '../lines.js';
import type { Step } from '../step.js';

type Way = 'product' | 'fused' | 'split';

interface Variant {
  readonly name: string;
  readonly toggles: readonly string[];
  readonly features: readonly string[];
}

const PLAIN: Variant = { name: 'plain', toggles: [], features: [] };

/** What Dawn is switched to; each is timed in alternation with the plain device. */
const VARIANTS: readonly Variant[] = [
  { name: 'disable_robustness', toggles: ['disable_robustness'], features: [] },
  { name: 'skip_validation', toggles: ['skip_validation'], features: [] },
  { name: 'both toggles', toggles: ['disable_robustness', 'skip_validation'], features: [] },
  { name: 'subgroups', toggles: [], features: ['subgroups'] },
  { name: 'shader-f16', toggles: [], features: ['shader-f16'] },
  { name: 'timestamp-query', toggles: [], features: ['timestamp-query'] },
];

/** Alternations: plain, variant, plain, variant. */
const ROUNDS = 2;
/** How the engine says that a feature is not there. */
const LACKING = 'the adapter does not have';

interface Passes {
  readonly tile: number;
  readonly host: Readonly<Record<Way, number>>;
  readonly device: Readonly<Record<Way, number | null>>;
}

interface Measured {
  readonly rows: number;
  readonly features: number;
  readonly peak: { readonly f32: number; readonly f16: number | null };
  readonly sizes: readonly Passes[];
  readonly compared: { readonly digest: string; readonly error: number | null };
}

const WAYS: readonly Way[] = ['product', 'fused', 'split'];
const ON = { on: 'webgpu', precision: 'f32' };
/** As for every kernel in f32. */
const LIMIT = '<= 2e-6';

/** The same for every variant: what the sizes of a GPU and of a processor that plays one are. */
function flagsOf({ devices, quick }: Context): readonly string[] {
  const gpu = devices.subjects.some((one) => one.backend === 'webgpu' && one.gpu);
  if (!gpu || quick) return ['--rows', '256', '--features', '64', '--tiles', '128,256', '--enough', '0.02'];
  return ['--rows', '8192', '--features', '784', '--tiles', '1024,2048,4096', '--enough', '0.1'];
}

async function once(context: Context, { name, toggles, features }: Variant, round: number): Promise<Step> {
  return context.step({
    name: `variant ${name}, round ${round}`,
    argv: program(context, 'variant', ...flagsOf(context)),
    env: { NTK_WEBGPU_TOGGLES: toggles.join(','), NTK_WEBGPU_FEATURES: features.join(',') },
  });
}

/** The least seconds of a way at a size over all runs. */
function least(runs: readonly Measured[], size: number, way: Way): number {
  return Math.min(...runs.map(({ sizes }) => sizes[size].host[way]));
}

/** Ratios of a variant to the plain device, at the largest tile. */
function ratioLines({ name }: Variant, runs: readonly Measured[], plain: readonly Measured[]): readonly Line[] {
  const last = plain[0].sizes.length - 1;
  const ratios = WAYS.map((way) => `${way} ${(least(runs, last, way) / least(plain, last, way)).toFixed(3)}`);
  const { digest, error } = runs[0].compared;
  const same = digest === plain[0].compared.digest ? 'the same bits' : 'other bits';
  const tile = plain[0].sizes[last].tile;
  const fused = least(runs, last, 'fused') / least(plain, last, 'fused');
  const why = `seconds over those of the plain device: ${ratios.join(', ')}; tiles of ${tile}; ${same}`;
  return [
    measured({ what: `${name}: fused / plain fused`, ...ON }, fused, { why }),
    measured({ what: `${name}: error`, ...ON }, error, { limit: LIMIT }),
  ];
}

/** Ways and sizes on the plain device, beside fused passes at the largest tile. */
function plainLines(plain: readonly Measured[]): readonly Line[] {
  const { sizes, rows, features, compared } = plain[0];
  const base = least(plain, sizes.length - 1, 'fused');
  const largest = sizes[sizes.length - 1].tile;
  const lines = sizes.flatMap(({ tile }, k) =>
    (['fused', 'split'] as const).map((way) => {
      const how = `${rows} x ${features} rows, fc depth 3; half product ${least(plain, k, 'product').toPrecision(3)} s`;
      const what = `${way}, tiles of ${tile} / fused, of ${largest}`;
      return measured({ what, ...ON }, least(plain, k, way) / base, { how });
    }),
  );
  return [...lines, measured({ what: 'plain: error', ...ON }, compared.error, { limit: LIMIT })];
}

/** What a feature tells beside its ratios. */
function featureLines({ features }: Variant, runs: readonly Measured[]): readonly Line[] {
  const [{ peak, sizes }] = runs;
  if (features.includes('shader-f16') && peak.f16 !== null) {
    const why = `multiply-adds in registers, f16 ${peak.f16.toFixed(0)} GFLOP/s: what factors in f16 could give`;
    return [measured({ what: 'peak of f16 / peak of f32', ...ON }, peak.f16 / peak.f32, { why })];
  }
  const last = sizes.length - 1;
  const own = sizes[last].device.fused;
  if (own === null || !features.includes('timestamp-query')) return [];
  const why = 'a round of fused tiles; the rest is submitting and waiting';
  return [measured({ what: "device's clock / host's clock", ...ON }, own / sizes[last].host.fused, { why })];
}

/** A variant and the plain device in turn; the plain runs are added to those of all. */
async function variantLines(context: Context, variant: Variant, all: Measured[]): Promise<readonly Line[]> {
  const [plain, runs]: [Measured[], Measured[]] = [[], []];
  for (let round = 1; round <= ROUNDS; round++) {
    const beside = await once(context, PLAIN, round);
    if (beside.error !== undefined) return [undone({ what: variant.name, ...ON }, 'failed', `plain: ${beside.error}`)];
    plain.push(beside.output as Measured);
    const step = await once(context, variant, round);
    if (step.error?.includes(LACKING)) return [undone({ what: variant.name, ...ON }, 'skipped', `${LACKING} it`)];
    if (step.error !== undefined) return [undone({ what: variant.name, ...ON }, 'failed', step.error)];
    runs.push(step.output as Measured);
  }
  all.push(...plain);
  return [...ratioLines(variant, runs, plain), ...featureLines(variant, runs)];
}

async function run(context: Context): Promise<readonly Line[]> {
  const missing = context.devices.missing.find(({ backend }) => backend === 'webgpu');
  if (missing !== undefined) return [undone({ what: 'variants', on: 'webgpu' }, 'skipped', 'not here')];
  const plain: Measured[] = [];
  const lines: Line[] = [];
  for (const variant of VARIANTS) lines.push(...(await variantLines(context, variant, plain)));
  return plain.length === 0 ? lines : [...plainLines(plain), ...lines];
}

/** Switches of Dawn, fused against split passes, and sizes of tiles; each beside the plain device. */
export const variantsPart: Part = {
  name: 'variants',
  describe: "Dawn's toggles and features, fused and split passes, sizes of tiles",
  share: 120,
  off: true,
  run,
};
