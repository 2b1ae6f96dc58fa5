import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the project. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The environment of a user's shell: nothing of jest's or of the `npm test` that started it. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name !== 'NODE_OPTIONS' && !/^npm_(package|lifecycle|command)/.test(name),
  );
  return Object.fromEntries(kept.filter(([name]) => name !== 'npm_config_local_prefix' && name !== 'INIT_CWD'));
}

/** Runs a command and returns what it prints. */
export function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, {
    cwd,
    env: plainEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The packed package: its archive, and the paths of its files. */
export interface Packed {
  readonly archive: string;
  readonly files: readonly string[];
}

/**
 * Packs the package into a folder. Without scripts: `prepack` would rebuild dist/, from which the other tests are
 * running.
 */
export function pack(folder: string): Packed {
  const printed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
  const [{ filename, files }] = JSON.parse(printed) as [{ filename: string; files: { path: string }[] }];
  return { archive: join(folder, filename), files: files.map(({ path }) => path) };
}

/**
 * Unpacks the package into `node_modules` of a folder, with its dependencies as they are installed here, but for those
 * left out.
 */
export function installBeside({ archive }: Packed, folder: string, without: readonly string[] = []): void {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'ntk-engine');
  mkdirSync(own, { recursive: true });
  run('tar', ['-xzf', archive, '-C', own, '--strip-components=1'], folder);
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name.startsWith('.') || without.includes(name) || name === 'ntk-engine') continue;
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
}
