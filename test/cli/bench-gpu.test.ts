import { existsSync } from 'node:fs';
import type { BenchLine } from '../../src/bench/lines.js';
import { describe, expect, test } from '../jest.js';
import { fitsBench } from '../report/fits.js';
import { refused } from './ntk.js';
import { processBench } from './process.js';

// The driver is named to the process before it starts.
const at = processBench();

/** The driver of SwiftShader, where the environment names it: on a GPU the benchmark takes minutes. */
const DRIVER = process.env.VK_ICD_FILENAMES ?? '';
const HAS_SWIFTSHADER = /swiftshader/.test(DRIVER) && existsSync(DRIVER);

interface GpuRecord {
  readonly bench: string;
  readonly device: { readonly name: string; readonly software: boolean };
  readonly lines: readonly BenchLine[];
  readonly parts: readonly { readonly name: string; readonly error?: string }[];
  readonly notes: readonly string[];
}

describe('ntk bench gpu', () => {
  test('without a device is exit code 2 with the remedy', async () => {
    const before = process.env.VK_ICD_FILENAMES;
    process.env.VK_ICD_FILENAMES = at.path('no-driver.json');
    try {
      await refused(at, ['bench', 'gpu'], '--backend webgpu: must be available here', 'or use --backend host');
    } finally {
      if (before === undefined) delete process.env.VK_ICD_FILENAMES;
      else process.env.VK_ICD_FILENAMES = before;
    }
  });

  test('measures every part on SwiftShader, and says that it is no GPU', async () => {
    if (!HAS_SWIFTSHADER) {
      process.stdout.write(
        'bench gpu was not run: VK_ICD_FILENAMES does not name SwiftShader (scripts/install-swiftshader)\n',
      );
      return;
    }
    const { code, stdout, stderr } = await at.ntk('bench', 'gpu', '--json');
    expect({ code, stderr: stderr.replaceAll(/^.*XDG_RUNTIME_DIR.*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
    fitsBench(stdout, 'gpu');
    const record: GpuRecord = JSON.parse(stdout);
    expect(record).toMatchObject({ bench: 'gpu', device: { software: true } });
    expect(record.notes.join()).toContain('a processor plays the GPU');
    expect(record.parts.filter(({ error }) => error !== undefined)).toEqual([]);
    for (const { name, value } of record.lines) expect({ name, positive: value > 0 }).toEqual({ name, positive: true });
    for (const { name, value } of record.lines.filter((line) => line.name.startsWith('error'))) {
      expect({ name, small: value < 2e-6 }).toEqual({ name, small: true });
    }
    const names = record.lines.map(({ name }) => name).join('\n');
    for (const part of [
      'f32 peak',
      'product / peak',
      'fc depth 3, table',
      'biases, depth 50',
      'read-back',
      'tiles to file',
      'offset 0 / peak or copies',
      'global pooling: a pair',
      'error of rescntk gap',
    ]) {
      expect(names).toContain(part);
    }
  });
});

describe('switches of Dawn', () => {
  /** What `ntk backends` says of webgpu where the environment names switches. */
  async function webgpu(switches: Readonly<Record<string, string>>) {
    const before = new Map(Object.keys(switches).map((name) => [name, process.env[name]]));
    Object.assign(process.env, switches);
    try {
      const { code, stdout } = await at.ntk('backends', '--json');
      expect(code).toBe(0);
      const { backends }: { backends: { name: string; reason?: string; device?: { driver: string } }[] } =
        JSON.parse(stdout);
      return backends.find(({ name }) => name === 'webgpu');
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  }

  test('are named with the driver, and a feature that is not there is told', async () => {
    if (!HAS_SWIFTSHADER) return;
    const driver = 'Vulkan by Dawn, google swiftshader';
    expect((await webgpu({}))?.device?.driver).toBe(driver);
    const some = { NTK_WEBGPU_TOGGLES: 'disable_robustness', NTK_WEBGPU_FEATURES: 'subgroups, timestamp-query' };
    expect((await webgpu(some))?.device?.driver).toBe(`${driver}, disable_robustness, subgroups, timestamp-query`);
    const lacking = await webgpu({ NTK_WEBGPU_FEATURES: 'subgroups,shader-f32' });
    expect(lacking).toMatchObject({ available: false, reason: 'the adapter does not have shader-f32' });
  });
});
