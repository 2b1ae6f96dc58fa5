import { type Context, ntk, type Part, program } from '../context.js';
import { judgedOnGpu, type Line, measured, undone } from '../lines.js';
import type { Step } from '../step.js';

/** The fields of the record of `ntk bench gpu` that are read. */
export interface GpuBench {
  readonly device: { readonly name: string; readonly software: boolean } | null;
  readonly sizes: {
    readonly rows: number;
    readonly features: number;
    readonly products: readonly (readonly [number, number])[];
  };
  readonly lines: readonly {
    readonly name: string;
    /** What could not be computed is null in JSON. */
    readonly value: number | null;
    readonly unit: string;
    readonly limit: string;
    readonly how?: string;
  }[];
  readonly parts: readonly { readonly name: string; readonly error?: string }[];
}

/** The benchmark as it was run by this check; null where it was not, or failed. */
export function benchOf({ stepsOf }: Pick<Context, 'stepsOf'>): GpuBench | null {
  const step = stepsOf('bench').find(({ name }) => name === 'bench gpu');
  return step === undefined || step.error !== undefined ? null : (step.output as GpuBench);
}

/** Measurements that are worth a line without a limit. */
const TOLD =
  /^(f32 peak|product \d|upload|read-back|copies on the device|tiles to file|cntk .* a pair|rescntk .* a pair)$/;

function benchLines(step: Step): readonly Line[] {
  const tried = { on: 'webgpu', precision: 'f32' };
  if (step.error !== undefined) return [undone({ what: 'ntk bench gpu', ...tried }, 'failed', step.error)];
  const { lines, parts, device } = step.output as GpuBench;
  const software = device?.software ?? true;
  const rows = lines.flatMap(({ name, value, unit, limit, how }) => {
    if (limit === '' && !TOLD.test(name)) return [];
    // Speeds of a processor that plays the device say nothing; its errors are those of the shaders.
    return [judgedOnGpu({ what: name, ...tried }, value, !software || name.startsWith('error'), { unit, limit, how })];
  });
  const failed = parts.flatMap(({ name, error }) =>
    error === undefined ? [] : [undone({ what: `bench gpu: ${name}`, ...tried }, 'failed', error)],
  );
  return [...rows, ...failed];
}

async function tensorLines(context: Context): Promise<readonly Line[]> {
  const subjects = context.devices.subjects.filter(({ backend }) => backend === 'tensorflow');
  const lines: Line[] = [];
  for (const { backend, precision, gpu } of subjects) {
    const [rows, features] = context.quick ? [128, 64] : gpu ? [8192, 784] : [512, 784];
    const flags = ['--backend', backend, '--precision', precision, '--rows', String(rows), '--features'];
    const argv = program(context, 'tile', ...flags, String(features));
    const step = await context.step({ name: `tile ${backend} ${precision}`, argv, most: context.left() / 2 });
    lines.push(...tileLines(step, { on: backend, precision }));
  }
  return lines;
}

interface Tile {
  readonly rows: number;
  readonly features: number;
  readonly product: number;
  readonly kernel: number;
  readonly gflops: number;
}

function tileLines(step: Step, tried: { readonly on: string; readonly precision: string }): readonly Line[] {
  if (step.error !== undefined) return [undone({ what: 'kernel beside its product', ...tried }, 'failed', step.error)];
  const { rows, features, product, kernel, gflops } = step.output as Tile;
  const how = `${rows} rows: whole job ${kernel.toPrecision(3)} s, that of the product ${product.toPrecision(3)} s`;
  return [
    measured({ what: `job of the product, ${rows} x ${features}`, ...tried }, gflops, { unit: 'GFLOP/s' }),
    measured({ what: 'job of fc depth 3 / job of the product', ...tried }, kernel / product, { how }),
  ];
}

async function run(context: Context): Promise<readonly Line[]> {
  const { missing } = context.devices;
  const lines: Line[] = [];
  const webgpu = missing.find(({ backend }) => backend === 'webgpu');
  if (webgpu !== undefined) lines.push(undone({ what: 'ntk bench gpu', on: 'webgpu' }, 'skipped', 'not here'));
  else {
    const data = context.data === null ? [] : ['--data', context.data];
    const argv = ntk(context, 'bench', 'gpu', '--json', ...data);
    lines.push(...benchLines(await context.step({ name: 'bench gpu', argv, most: 0.9 * context.left() })));
  }
  return [...lines, ...(await tensorLines(context))];
}

/** `ntk bench gpu`, and the product of `tensorflow` beside its kernels. */
export const benchPart: Part = {
  name: 'bench',
  describe: 'ntk bench gpu: speeds beside their bounds, errors beside host',
  share: 200,
  run,
};
