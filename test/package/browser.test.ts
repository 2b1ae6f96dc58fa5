import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelMatrix, presetArchitecture, sphereSpectrum } from '../../src/index.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';
import { CHROMIUM, startBrowser } from '../report/browser.js';
import { ROOT } from './packed.js';

const folder = mkdtempSync(join(tmpdir(), 'ntk-browser-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * What a page computes: kernels of vectors and images by two backends, a spectrum, a profile, and a remedy where
 * something is missing.
 */
const PROGRAM = `
import * as ntk from '${join(ROOT, 'dist/src/browser.js')}';
async function main() {
  const x = { data: Float64Array.from({ length: 12 }, (_, i) => Math.sin(i + 1)), shape: [4, 3] };
  const images = { data: Float64Array.from({ length: 24 }, (_, i) => Math.cos(i)), shape: [2, 2, 3, 2] };
  const fc = ntk.presetArchitecture('fc', { depth: 2, bias: 0.2 });
  const cntk = ntk.presetArchitecture('cntk', { depth: 1 });
  const missing = await ntk.kernelMatrix(x, { architecture: fc, backend: 'host' }).catch((error) => error.message);
  const { data } = WASM;
  for (const name of Object.keys(data)) await ntk.fetchModule(name, 'data:application/wasm;base64,' + data[name]);
  const values = [];
  for (const backend of ['reference', 'host']) {
    values.push(...(await ntk.kernelMatrix(x, { architecture: fc, backend })).ntk.data);
    values.push(...(await ntk.kernelMatrix(images, { architecture: cntk, backend })).ntk.data);
  }
  const sphere = ntk.sphereSpectrum(fc, { dim: 5, maxDegree: 4 }).eigenvalues;
  const algebra = await ntk.linearAlgebra('off');
  const pairs = await ntk.eigenpairs(new ntk.DenseOperator(Float64Array.of(2, 1, 1, 2), 2), { k: 2, algebra });
  return { values, missing, sphere: [...sphere], pairs: [...pairs.values] };
}
const tell = (found) => {
  globalThis.FOUND = JSON.stringify(found);
};
main().then(tell, (error) => tell(String(error.stack)));
`;

const FILES = ['host-fused.wasm', 'host-plain.wasm'];

beforeAll(() => {
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
  const esbuild = join(ROOT, 'node_modules/esbuild/bin/esbuild');
  const flags = ['--bundle', '--platform=browser', '--format=iife', `--outfile=${join(folder, 'page.js')}`];
  execFileSync(esbuild, [join(folder, 'program.mjs'), ...flags, '--log-level=error'], { cwd: ROOT });
});

describe('the engine in a page', () => {
  test('is bundled with nothing of Node', () => {
    const text = readFileSync(join(folder, 'page.js'), 'utf8');
    expect(text.length).toBeGreaterThan(100_000);
    expect(text.match(/["']node:[a-z/]+["']/g) ?? []).toEqual([]);
    expect(text).not.toMatch(/\brequire\(["'](fs|os|path|worker_threads)["']\)/);
  });

  (CHROMIUM === null ? test.skip : test)('computes what Node computes', async () => {
    const data = Object.fromEntries(
      FILES.map((name) => [name, readFileSync(join(ROOT, 'dist/kernels/host', name)).toString('base64')]),
    );
    copyFileSync(join(folder, 'page.js'), join(folder, 'bundle.js'));
    const wasm = `<script>globalThis.WASM = ${JSON.stringify({ data })}</script>`;
    writeFileSync(
      join(folder, 'index.html'),
      `<!doctype html><title>t</title>${wasm}<script src="bundle.js"></script>`,
    );
    const browser = await startBrowser();
    try {
      const page = await browser.open(join(folder, 'index.html'), 800);
      let found: unknown;
      for (let tries = 0; tries < 300 && typeof found !== 'string'; tries++) {
        found = await page.evaluate('globalThis.FOUND');
        if (typeof found !== 'string') await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect({
        found: typeof found === 'string' && found.startsWith('{') ? '' : found,
        complaints: page.complaints,
      }).toEqual({ found: '', complaints: [] });
      const { values, missing, pairs, sphere } = JSON.parse(String(found));
      const x = { data: Float64Array.from({ length: 12 }, (_, i) => Math.sin(i + 1)), shape: [4, 3] };
      const images = { data: Float64Array.from({ length: 24 }, (_, i) => Math.cos(i)), shape: [2, 2, 3, 2] };
      const expected: number[] = [];
      for (const backend of ['reference', 'host'] as const) {
        const fc = presetArchitecture('fc', { depth: 2, bias: 0.2 });
        expected.push(...(await kernelMatrix(x, { architecture: fc, backend, native: 'off' })).ntk.data);
        const cntk = presetArchitecture('cntk', { depth: 1 });
        expected.push(...(await kernelMatrix(images, { architecture: cntk, backend, native: 'off' })).ntk.data);
      }
      // Another engine of JavaScript rounds sines and roots its own way.
      expect(values).toHaveLength(expected.length);
      for (const [k, value] of expected.entries()) expect(Math.abs(values[k] - value)).toBeLessThan(1e-13);
      expect(missing).toMatch(/fetchModule/);
      const { eigenvalues: ofSphere } = sphereSpectrum(presetArchitecture('fc', { depth: 2, bias: 0.2 }), {
        dim: 5,
        maxDegree: 4,
      });
      expect(sphere).toHaveLength(ofSphere.length);
      for (const [k, value] of ofSphere.entries()) expect(Math.abs(sphere[k] - value)).toBeLessThan(1e-13);
      expect(pairs.map((v: number) => Math.round(v))).toEqual([3, 1]);
    } finally {
      await browser.close();
    }
  });
});
