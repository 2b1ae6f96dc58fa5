import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '../jest.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDER = 'scripts/examples';
const LONGEST = 39;

/** Lines that each example must print. */
const LINES: Readonly<Record<string, readonly RegExp[]>> = {
  'crop-images': [/^8 x 8 x 1 to 6 x 6 x 1: 30 images$/m],
  'depth-profile': [/^fc( +\d+\.\d){5}$/m, /^resntk, alpha = 1\/L( +\d+\.\d){5}$/m, /^laplace:1 +\d+\.\d$/m],
  'kernel-from-file': [/^resntk L=3 alpha=0.5: 200 x 200 f64$/m, /^symmetric: true$/m, /^shortcut: /m],
  'large-to-disk': [
    /^plan: \d+ tiles of \d+ x \d+, result 3.8 MiB$/m,
    /^progress: 100 %$/m,
    /^diagonal: 1 1$/m,
    /^aborted: true$/m,
    /^files: K\.npy$/m,
  ],
  'nearest-neighbour': [/^K\(test, train\): 200 x 1000$/m, /^fc L=3: 9\d\.\d %$/m, /^laplace:0\.1: 9\d\.\d %$/m],
  'trained-model': [
    /^K: 60 x 60, mean of 10 outputs$/m,
    /^hidden\/kernel: \d+\.\d\d % of the trace$/m,
    /^alignment with the classes: 0\.50\d$/m,
    /^a block computed twice agrees: true$/m,
  ],
  'own-network': [/^nngp: 0\.48/m, /^ntk: {2}0\.72/m, /^layers\[1\]\.branch\[0\]\.weightStd: /m, /Did you mean "gelu"/],
};

const names = readdirSync(join(ROOT, FOLDER))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replace(/\.ts$/, ''));

function run(name: string) {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const program = join(ROOT, 'dist', FOLDER, `${name}.js`);
  return spawnSync(process.execPath, [program], { cwd: ROOT, encoding: 'utf8', env });
}

/** Numbers of a line that starts with `head`. */
function numbers(text: string, head: string): readonly number[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith(head)) ?? '';
  return (line.slice(head.length).match(/\d+\.\d+/g) ?? []).map(Number);
}

describe('scripts/examples', () => {
  test('has six examples, each with expected lines', () => {
    expect(names.toSorted()).toEqual(Object.keys(LINES).toSorted());
  });

  test.each(names)('%s is short, says what it shows, and uses the public surface alone', (name) => {
    const text = readFileSync(join(ROOT, FOLDER, `${name}.ts`), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(LONGEST);
    expect(text).toMatch(/^\/\*\*[\s\S]*?Expected output:[\s\S]*?\*\//);
    const imported = [...text.matchAll(/from '(\.[^']+)'/g)].map((match) => match[1]);
    expect(imported).toEqual(['../../src/index.js']);
  });

  test.each(names)('%s runs', (name) => {
    const { status, stdout, stderr } = run(name);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const line of LINES[name]) expect(stdout).toMatch(line);
  });

  test('the corner in the head of kernel-from-file is what it prints', () => {
    const head = readFileSync(join(ROOT, FOLDER, 'kernel-from-file.ts'), 'utf8');
    const corner = [...head.matchAll(/^ \* {5}(\d.*)$/gm)].map((match) => match[1]);
    expect(corner).toHaveLength(4);
    expect(run('kernel-from-file').stdout).toContain(`${corner.join('\n')}\n`);
  });

  test('depth makes fc a spike and leaves resntk as it is', () => {
    const { stdout } = run('depth-profile');
    const [fc, resntk] = [numbers(stdout, 'fc'), numbers(stdout, 'resntk, alpha = 1/L')];
    expect(fc[4]).toBeLessThan(fc[0] / 50);
    expect(Math.abs(resntk[4] - resntk[0])).toBeLessThan(3);
  });
});
