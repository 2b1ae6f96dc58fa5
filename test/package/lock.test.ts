import { readFileSync } from 'node:fs';
import { expect, test } from '../jest.js';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

test('package-lock.json holds the builds for all platforms, else `npm ci` refuses it; node scripts/lock.mjs adds them', () => {
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  const wanted = Object.values(packages).flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}));
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});

test('package-lock.json names no registry', () => {
  const tied = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
  expect(tied.map(([path]) => path)).toEqual([]);
});
