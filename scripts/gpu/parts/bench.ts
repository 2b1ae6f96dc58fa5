import { join } from 'node:path';
import { type Context, ntk, type Part, program } from '../context.js';
import { judgedOnGpu, type Line, undone } from '../lines.js';
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

/** Rows on which a processor computes: those of a GPU would take it a minute. */
async function fewRows(context: Context, gpu: boolean): Promise<readonly string[]> {
  if (gpu) return [];
  const sizes = context.quick ? ['64', '64'] : ['512', '784'];
  await context.step({ name: 'rows', argv: program(context, 'rows', ...sizes, context.work), most: 20 });
  return ['--data', join(context.work, 'x.npy')];
}

async function tensorflowLines(context: Context): Promise<readonly Line[]> {
  const on = 'tensorflow';
  const subjects = context.devices.subjects.filter(({ backend }) => backend === on);
  if (subjects.length === 0) return [undone({ what: 'ntk bench tensorflow', on }, 'skipped', 'not here')];
  const gpu = subjects.some((one) => one.gpu);
  const argv = ntk(context, 'bench', 'tensorflow', '--json', ...(await fewRows(context, gpu)));
  const step = await context.step({ name: 'bench tensorflow', argv });
  if (step.error !== undefined) return [undone({ what: 'ntk bench tensorflow', on }, 'failed', step.error)];
  const { lines } = step.output as Pick<GpuBench, 'lines'>;
  return lines.map(({ name, value, unit, limit, how }) => {
    // Names begin with the precision.
    const [precision, ...words] = name.split(' ');
    return judgedOnGpu({ what: words.join(' '), on, precision }, value, gpu, { unit, limit, how });
  });
}

async function run(context: Context): Promise<readonly Line[]> {
  const { missing } = context.devices;
  const lines: Line[] = [];
  const webgpu = missing.find(({ backend }) => backend === 'webgpu');
  if (webgpu !== undefined) lines.push(undone({ what: 'ntk bench gpu', on: 'webgpu' }, 'skipped', 'not here'));
  else {
    const data = context.data === null ? [] : ['--data', context.data];
    const argv = ntk(context, 'bench', 'gpu', '--json', ...data);
    lines.push(...benchLines(await context.step({ name: 'bench gpu', argv, most: 0.8 * context.left() })));
  }
  return [...lines, ...(await tensorflowLines(context))];
}

/** `ntk bench gpu` and `ntk bench tensorflow`. */
export const benchPart: Part = {
  name: 'bench',
  describe: 'ntk bench gpu and tensorflow: speeds beside their bounds, errors beside host',
  share: 200,
  shareOfProcessor: 100,
  run,
};
