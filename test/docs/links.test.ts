import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Targets of the links of a page that are files of the repository. */
function targets(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((m) => m[1]).filter((link) => !/^[a-z]+:/.test(link));
}

/** Names in backticks that read like a file or folder of the source tree, without patterns such as `<kind>.ts`. */
function namedFiles(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/`((?:src|kernels|test|scripts|docs|data)\/[\w./-]*)`/g)].map((m) => m[1]);
}

describe('documents', () => {
  test.each(pages)('%s links to files that exist', (page) => {
    expect(targets(page).filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  test.each(pages)('%s names files that exist', (page) => {
    const made = ['docs/api/'];
    expect(namedFiles(page).filter((path) => !made.includes(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
