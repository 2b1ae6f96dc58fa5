/**
 * Joins the modules of the command line, and of each program of threads, into few files in dist/bundle/: Node reads
 * these in a fraction of the time that some hundred modules take.
 *
 * Packages stay outside. What `ntk kernel` runs is one file; what other commands need beside it lies in files of its own,
 * which are loaded when they are asked for, as their modules are.
 */
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const OUT = join(DIST, 'bundle');
const PROGRAM = join(DIST, 'src/cli/program.js');
/** Programs of threads. Each file lies as deep below the package's folder as the modules in it. */
const THREADS = {
  'host/rows': 'kernels/host/rows/worker.js',
  'host/images': 'kernels/host/images/worker.js',
  'compiled/rows': 'kernels/compiled/rows/worker.js',
  'compiled/images': 'kernels/compiled/images/worker.js',
  'empirical/pool': 'src/empirical/threads/worker.js',
};
/** What the shared file is made of, with all that these import. */
const SHARED = [
  'src/cli/program.js',
  'src/cli/parse.js',
  'src/cli/pipes.js',
  'src/cli/same-files.js',
  'src/cli/commands/kernel.js',
  'src/cli/runs/kernel.js',
  'kernels/host/backend.js',
  'kernels/reference/backend.js',
];

/** What a module imports of others here, and passes on. */
const IMPORTS = /^(?:import|export)\s[^;]*?\sfrom\s+'(\.[^']*)';|^import\s+'(\.[^']*)';/gms;

function withImports(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, named, alone] of readFileSync(path, 'utf8').matchAll(IMPORTS)) {
    withImports(resolve(dirname(path), named ?? alone), found);
  }
  return found;
}

const shared = new Set(SHARED.flatMap((path) => [...withImports(join(DIST, path))]));

/**
 * Makes every module import all shared ones, each other included: what all of them reach, esbuild puts into one file,
 * where it would make one for each set of modules that a module is reached from.
 */
const oneFile = {
  name: 'one file of what is shared',
  setup(bundler) {
    bundler.onResolve({ filter: /^shared:$/ }, () => ({ path: 'all', namespace: 'shared' }));
    bundler.onLoad({ filter: /./, namespace: 'shared' }, () => {
      const modules = [...shared].filter((path) => path !== PROGRAM);
      return { contents: modules.map((path) => `import ${JSON.stringify(path)};`).join('\n'), resolveDir: DIST };
    });
    bundler.onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(DIST)) return null;
      return { contents: `import 'shared:';\n${readFileSync(path, 'utf8')}` };
    });
  },
};

const COMMON = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
};

rmSync(OUT, { recursive: true, force: true });
await Promise.all([
  build({
    ...COMMON,
    entryPoints: [PROGRAM],
    splitting: true,
    outdir: join(OUT, 'cli'),
    plugins: [oneFile],
  }),
  ...Object.entries(THREADS).map(([name, path]) =>
    build({ ...COMMON, entryPoints: [join(DIST, path)], outfile: join(OUT, `${name}.js`) }),
  ),
]);
