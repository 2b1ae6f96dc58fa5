/**
 * Completes package-lock.json after `npm install NAME`: `node scripts/lock.mjs`.
 *
 * Where the registry in use lacks a package's builds for other platforms, npm leaves them out of the lock file, and
 * then `npm ci` refuses it everywhere. They are added here with the version that their package names and the platform
 * that their name tells; npm never fetches a build for another platform.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const installed = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)));

/** Lock entry of a build for another platform, or null when the name does not tell one. */
function entryOf(name, version, { dev }) {
  const words = name.split('/').at(-1).split('-');
  const system = SYSTEMS.find((word) => words.includes(word));
  const processor = PROCESSORS.find((word) => words.includes(word));
  if (system === undefined || processor === undefined || !/^\d/.test(version)) return null;
  const libc = /musl/.test(name) ? { libc: ['musl'] } : {};
  return { version, cpu: [processor], ...(dev ? { dev } : {}), ...libc, optional: true, os: [system] };
}

let added = 0;
for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    if (installed.has(name)) continue;
    const entry = entryOf(name, version, owner);
    if (entry === null)
      throw new Error(`package-lock.json: ${name}@${version} is missing and its name tells no platform`);
    lock.packages[`node_modules/${name}`] = entry;
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
if (added > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} builds for other platforms added`);
