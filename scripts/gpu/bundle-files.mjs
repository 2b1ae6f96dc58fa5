/**
 * Helper of `scripts/gpu-bundle`, plain JavaScript: `bundle-files.mjs packages|code|tensorflow` prints paths below the
 * repository, one a line.
 *
 * `packages`: folders of the packages that commands load, with what these depend on; tensors, figures and pages are left
 * out. `code`: compiled files that `scripts/gpu-check` and its programs load beyond `dist/src` and `dist/kernels`.
 * `tensorflow`: files of TensorFlow's binding that are loaded, without its libraries; nothing where it is not installed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const PACKAGES = ['yargs', 'zod', 'cli-progress', 'webgpu'];
const OPTIONAL = ['koffi'];

function packages() {
  const found = new Set();
  const add = (name, from, needed) => {
    for (let at = from; ; at = dirname(at)) {
      const folder = join(at, 'node_modules', name);
      if (!existsSync(folder)) {
        if (at !== ROOT) continue;
        if (needed) throw new Error(`${name} must be installed. Run npm ci.`);
        return;
      }
      if (found.has(folder)) return;
      found.add(folder);
      const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      );
      for (const next of Object.keys(dependencies)) add(next, folder, true);
      for (const next of Object.keys(optionalDependencies)) add(next, folder, false);
      return;
    }
  };
  for (const name of PACKAGES) add(name, ROOT, true);
  for (const name of OPTIONAL) add(name, ROOT, false);
  return [...found].map((folder) => relative(ROOT, folder));
}

function code() {
  const programs = join(ROOT, 'dist/scripts/gpu/programs');
  const open = [join(ROOT, 'dist/scripts/gpu-check.js')];
  open.push(...readdirSync(programs).flatMap((file) => (file.endsWith('.js') ? [join(programs, file)] : [])));
  const found = new Set();
  while (open.length > 0) {
    const file = open.pop();
    if (found.has(file)) continue;
    found.add(file);
    for (const [, to] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      open.push(resolve(dirname(file), to));
    }
  }
  return [...found].map((file) => relative(ROOT, file)).filter((file) => !/^dist\/(src|kernels)\//.test(file));
}

/** The folder of the package that a file belongs to. */
function packageOf(file) {
  for (let at = dirname(file); ; at = dirname(at)) if (existsSync(join(at, 'package.json'))) return at;
}

async function tensorflow() {
  const folder = join(ROOT, '.tensorflow');
  if (!existsSync(folder)) return [];
  const { loadTensorflow } = await import('../../dist/kernels/tfjs/engine.js');
  process.env.NTK_TENSORFLOW_DIR = folder;
  const loaded = await loadTensorflow();
  if (loaded.engine === null) throw new Error(`TensorFlow must load to be taken along: ${loaded.reason}`);
  // Layers are loaded later, and not by every job.
  loaded.engine.layers();
  const { _cache: cache } = createRequire(import.meta.url)('node:module');
  // Folders may be links to others.
  const inside = (file) => file.slice(file.indexOf('/.tensorflow/') + 1);
  const files = Object.keys(cache).filter((file) => file.includes('/.tensorflow/'));
  const described = files.map((file) => join(packageOf(file), 'package.json'));
  // An inner package.json may only say how the files beside it are read.
  const outer = described.map((file) => join(packageOf(dirname(dirname(file))), 'package.json'));
  return [...new Set([...files, ...described, ...outer].filter((f) => f.includes('/.tensorflow/')).map(inside))];
}

const LISTS = { packages, code, tensorflow };
console.log((await LISTS[process.argv[2]]()).join('\n'));
process.exit(0);
