import type { Context, Part } from '../../scripts/gpu/context.js';
import { type Devices, devicesOf, type Subject } from '../../scripts/gpu/devices.js';
import { growing, type Job } from '../../scripts/gpu/growing.js';
import { benchPart } from '../../scripts/gpu/parts/bench.js';
import { vectorsPart } from '../../scripts/gpu/parts/exactness.js';
import { jaxPart } from '../../scripts/gpu/parts/jax.js';
import { variantsPart } from '../../scripts/gpu/parts/variants.js';
import type { Step } from '../../scripts/gpu/step.js';
import { describe, expect, test } from '../jest.js';

const WEBGPU: Subject = { backend: 'webgpu', precision: 'f32', device: 'A card', gpu: true, gflops: 9000 };

/** A clock that runs as steps say that they took. */
class Clock {
  left = 600;
}

interface Asked {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A context whose programs print what `answer` says, or fail where that is a text. */
function contextOf(answer: (asked: Asked) => unknown, devices: Partial<Devices> = {}, clock = new Clock()): Context {
  const steps: Step[] = [];
  const step: Context['step'] = async ({ name, argv, ...rest }) => {
    const said = answer({ name, ...rest });
    const wrong = typeof said === 'string';
    const exit = wrong ? 1 : 0;
    const done = { name, command: argv.join(' '), exit, seconds: 1, limitSeconds: 9, output: said };
    steps.push({ ...done, ...(wrong ? { error: `exit code 1: ${said}` } : {}) });
    return steps[steps.length - 1];
  };
  return {
    devices: { subjects: [WEBGPU], missing: [], ...devices },
    ...{ quick: false, data: null, work: '/work', root: '/root', step },
    left: () => clock.left,
    stepsOf: () => steps,
  };
}

const told = async (part: Part, context: Context): Promise<readonly string[]> =>
  (await part.run(context)).map(({ what, verdict, result, limit }) => `${verdict} ${what}: ${result} ${limit}`.trim());

describe('devices', () => {
  const step = (output: unknown, error?: string): Step => ({
    ...{ name: 'backends', command: '', exit: 0, seconds: 1, limitSeconds: 9, output },
    ...(error === undefined ? {} : { error }),
  });

  test('are those of the backends for GPUs, in each precision', () => {
    const device = { name: 'A card', software: false };
    const here = { name: 'tensorflow', available: true, precisions: ['f64', 'f32'], device, gflops: { f32: 3 } };
    const missing = {
      name: 'webgpu',
      available: false,
      precisions: ['f32'],
      reason: 'no driver',
      remedy: 'Install one',
    };
    const { subjects, missing: lacking } = devicesOf(step({ backends: [missing, here, { name: 'host' }] }));
    const common = { backend: 'tensorflow', device: 'A card', gpu: true };
    expect(subjects).toEqual([
      { ...common, precision: 'f64', gflops: null },
      { ...common, precision: 'f32', gflops: 3 },
    ]);
    expect(lacking).toEqual([{ backend: 'webgpu', why: 'no driver. Install one.' }]);
  });

  test('are all tried where the search for them fails', () => {
    expect(devicesOf(step('', 'ended by SIGSEGV')).subjects.map(({ backend }) => backend)).toEqual([
      'webgpu',
      'tensorflow',
    ]);
  });
});

describe('sizes that grow', () => {
  const job = (seconds: (n: number) => number | null, clock: Clock, asked: string[]): Job => ({
    tried: { what: 'work', on: 'tensorflow', precision: 'f64' },
    sizes: [1000, 10_000],
    run: async (context, { n, first }) => {
      const took = seconds(n);
      asked.push(`${n} ${first} ${context.left().toFixed(0)}`);
      clock.left -= took ?? 1;
      return { lines: [], seconds: took };
    },
  });

  test('run as far as the time goes, and say so', async () => {
    const [clock, asked] = [new Clock(), [] as string[]];
    const context = contextOf(() => ({}), {}, clock);
    const jobs = [job(() => 0.1, clock, asked), job(() => 10, clock, asked), job(() => null, clock, asked)];
    const lines = await growing(context, jobs);
    // What has failed is not tried again, and what would take too long is left out.
    expect(asked.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual([
      '1000 true',
      '1000 true',
      '1000 true',
      '10000 false',
    ]);
    expect(lines.map(({ what, verdict, why }) => `${verdict} ${what}: ${why}`)).toEqual([
      'skipped work, n = 10000: 589 s are left; by the size before it, it takes 5017 s',
    ]);
    // The first of six runs gets a sixth of the time.
    expect(asked[0]).toBe('1000 true 100');
  });
});

describe('parts', () => {
  test('speeds of a GPU are held to their limits, those of a processor in its place are not', async () => {
    const lines = [
      { name: 'product / peak', value: 0.1, unit: '', limit: '>= 0.3' },
      { name: 'error of fc depth 3, table', value: null, unit: '', limit: '<= 2e-6' },
      { name: 'half product', value: 1, unit: 's', limit: '' },
    ];
    const parts = [{ name: 'disk', error: 'no room' }];
    const answer = (software: boolean) => () => ({ device: { name: 'A card', software }, lines, parts, sizes: {} });
    const gpu = await told(benchPart, contextOf(answer(false)));
    expect(gpu.slice(0, 3)).toEqual([
      'MISSED product / peak: 0.100 >= 0.3',
      'MISSED error of fc depth 3, table: no number <= 2e-6',
      'failed bench gpu: disk:',
    ]);
    expect((await told(benchPart, contextOf(answer(true)))).slice(0, 2)).toEqual([
      'shown product / peak: 0.100 (>= 0.3)',
      'MISSED error of fc depth 3, table: no number <= 2e-6',
    ]);
  });

  test('a kernel above its limit is missed and named, and an unfinished run says so', async () => {
    const worst = [{ of: 'rows', kernel: 'ntk', limit: 2e-6, cases: 3, error: 3e-6, at: 'act-abs-1' }];
    const wrong = [{ name: 'act-abs-1', kernel: 'ntk' }];
    const output = { cases: 100, done: 60, worst, own: { kernels: 0, share: 0 }, exempt: 0, wrong };
    const lines = await vectorsPart.run(contextOf(() => output));
    expect(lines.map(({ verdict, result }) => `${verdict} ${result}`)).toEqual([
      'MISSED 3e-6',
      'MISSED 1 in 60 networks',
    ]);
    expect(lines[1].why).toBe('time for 60 of 100; act-abs-1 ntk');
  });

  test('variants are held to their errors, and a feature that is not there is skipped', async () => {
    const passes = (s: number) => ({ product: s, fused: 2 * s, split: 3 * s });
    const run = (seconds: number, error: number) => ({
      ...{ rows: 8192, features: 784, peak: { f32: 10, f16: null }, compared: { digest: 'a', error } },
      sizes: [1024, 2048].map((tile) => ({ tile, host: passes(seconds), device: passes(seconds / 2) })),
    });
    const context = contextOf(({ env }) => {
      if (env?.NTK_WEBGPU_FEATURES === 'shader-f16') return 'the adapter does not have shader-f16. Take it out.';
      if (env?.NTK_WEBGPU_TOGGLES === 'skip_validation') return run(0.5, 1e-3);
      return run(env?.NTK_WEBGPU_TOGGLES === 'disable_robustness' ? 0.8 : 1, 1e-7);
    });
    const lines = await told(variantsPart, context);
    expect(lines).toContain('shown split, tiles of 2048 / fused, of 2048: 1.50');
    expect(lines).toContain('shown disable_robustness: fused / plain fused: 0.800');
    expect(lines).toContain('MISSED skip_validation: error: 1e-3 <= 2e-6');
    expect(lines).toContain('skipped shader-f16:');
    expect(lines).toContain("shown device's clock / host's clock: 0.500");
    // Each has its own plain device beside it: nothing else has failed.
    expect(lines.filter((line) => line.startsWith('failed'))).toEqual([]);
  });

  test('JAX is left out where Python lacks it', async () => {
    expect(
      await told(
        jaxPart,
        contextOf(() => 'no jax'),
      ),
    ).toEqual(['skipped JAX:']);
  });
});
