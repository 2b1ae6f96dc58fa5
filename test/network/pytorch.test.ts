import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { empiricalKernel, finiteNetwork, loadWeights, parseArchitecture } from '../../src/index.js';
import { ROOT } from '../house/sources.js';
import { afterAll, describe, expect, test } from '../jest.js';

const HERE = join(ROOT, 'test/fixtures/pytorch');
const SCRIPT = join(ROOT, 'scripts/pytorch-weights.py');

interface Expected {
  readonly shape: readonly number[];
  readonly x: readonly number[];
  readonly outputs: readonly (readonly number[])[];
}

const expected = JSON.parse(readFileSync(join(HERE, 'expected.json'), 'utf8')) as Expected;
const architecture = parseArchitecture(JSON.parse(readFileSync(join(HERE, 'net.json'), 'utf8')));

/** Largest difference of the outputs of a network with weights from a file from those of PyTorch's formulas. */
async function difference(weightsFile: string): Promise<number> {
  const network = finiteNetwork(architecture, expected.shape, { outputs: 2 });
  const weights = await loadWeights(weightsFile, network);
  const x = { data: Float64Array.from(expected.x), shape: expected.shape };
  const { outputs } = await empiricalKernel(x, { architecture, outputs: 2, weights, native: 'off' });
  return expected.outputs.flat().reduce((most, v, k) => Math.max(most, Math.abs(v - outputs.data[k])), 0);
}

test('weights that were brought from PyTorch give its outputs', async () => {
  expect(await difference(join(HERE, 'W.npz'))).toBeLessThan(1e-13);
});

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

(hasNumpy ? describe : describe.skip)('scripts/pytorch-weights.py', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const out = join(folder, 'W.npz');
  const net = join(folder, 'net.json');

  function run(change: (layers: Record<string, unknown>[]) => void, ...args: readonly string[]) {
    const file = JSON.parse(readFileSync(join(HERE, 'net.json'), 'utf8'));
    change(file.layers);
    writeFileSync(net, JSON.stringify(file));
    const given = [SCRIPT, join(HERE, 'state.npz'), net, out, ...args];
    return spawnSync('python3', given, { encoding: 'utf8' });
  }

  test.each([[[]], [['--map', 'layers[0]=features.0,layers[2]=features.2,layers[5]=head.0,layers[7]=head.2']]])(
    'writes them: %j',
    async (args) => {
      const { status, stdout } = run(() => {}, '--input', '4x5x3', ...args);
      expect({ status, stdout }).toEqual({ status: 0, stdout: `${out}: 7 arrays\n` });
      expect(await difference(out)).toBeLessThan(1e-13);
    },
  );

  test('writes the architecture with its widths', () => {
    const wanted = JSON.parse(readFileSync(join(HERE, 'net.json'), 'utf8')).layers.map(
      (layer: { readonly width?: number }) => layer.width,
    );
    const withoutWidths = (layers: Record<string, unknown>[]): void => {
      for (const layer of layers) delete layer.width;
    };
    expect(run(withoutWidths, '--input', '4x5x3', '--arch-out', join(folder, 'wide.json')).status).toBe(0);
    const { layers } = JSON.parse(readFileSync(join(folder, 'wide.json'), 'utf8'));
    expect(layers.map(({ width }: { readonly width?: number }) => width)).toEqual([...wanted.slice(0, 7), 2]);
  });

  test.each<[string, (layers: Record<string, unknown>[]) => void, readonly string[]]>([
    ['layers[0]: must have an image, got vectors', () => {}, []],
    ['layers[5]: must take 48 channels and taps []', () => {}, ['--input', '5x5x3']],
    ['layers[2]: must take 4 channels and taps [2, 2]', (layers) => Object.assign(layers[2], { filter: [2, 2] }), []],
    [
      'layers[0]: biasStd must not be 0, got 0 for features.0.bias',
      (layers) => Object.assign(layers[0], { biasStd: 0 }),
      [],
    ],
    ['must hold the weights of', (layers) => layers.splice(6, 2), []],
    ['layers[8]: must have weights, got no more modules', (layers) => layers.push({ kind: 'dense' }), []],
    ['layers[0]: must be a module of the file, got body', () => {}, ['--map', 'layers[0]=body']],
    ['layers[2]: must have a module, got none in --map', () => {}, ['--map', 'layers[0]=features.0']],
  ])('refuses: %s', (part, change, args) => {
    const { status, stderr } = run(change, ...(part.includes('an image') ? [] : ['--input', '4x5x3']), ...args);
    expect(status).toBe(1);
    expect(stderr).toContain(part);
    expect(stderr).not.toContain('Traceback');
  });
});
