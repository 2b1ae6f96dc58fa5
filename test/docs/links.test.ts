import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '../jest.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...['docs', 'docs/guide'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

/** Targets of the links of a page that are files of the repository. */
function targets(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((m) => m[1]).filter((link) => !/^[a-z]+:/.test(link));
}

/** Names under which the headings of a page are linked to. */
function anchors(page: string): ReadonlySet<string> {
  const headings = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text]) => text);
  const anchor = (text: string): string =>
    text
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  return new Set(headings.map(anchor));
}

/** Links to headings that are not there. */
function missingHeadings(page: string): readonly string[] {
  const links = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([^):#]*\.md|)#([^)]+)\)/g)];
  const target = (link: string): string => (link === '' ? page : join(dirname(page), link));
  return links
    .filter(([, link, heading]) => existsSync(join(ROOT, target(link))) && !anchors(target(link)).has(heading))
    .map(([link]) => link);
}

/** Names in backticks that read like a file or folder of the source tree, without patterns such as `<kind>.ts`. */
function namedFiles(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/`((?:src|kernels|test|scripts|docs|data)\/[\w./-]*)`/g)].map((m) => m[1]);
}

/** Files in the first column of tables that are headed `file of FOLDER`. */
function listedFiles(page: string): readonly string[] {
  const found: string[] = [];
  let folder: string | null = null;
  for (const line of readFileSync(join(ROOT, page), 'utf8').split('\n')) {
    const head = /^\| file of `([\w/-]+\/)` \|/.exec(line);
    if (head) folder = head[1];
    else if (!line.startsWith('|')) folder = null;
    else if (folder !== null) {
      for (const [, name] of (line.split('|')[1] ?? '').matchAll(/`([\w./-]+)`/g)) found.push(folder + name);
    }
  }
  return found;
}

describe('documents', () => {
  test('README.md links to every guide', () => {
    const guides = pages.filter((page) => page.startsWith('docs/guide/'));
    expect(guides.length).toBeGreaterThan(0);
    expect(guides.filter((page) => !targets('README.md').includes(page))).toEqual([]);
  });

  test('docs/architecture.md lists files that exist', () => {
    const files = listedFiles('docs/architecture.md');
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test.each(pages)('%s links to files that exist', (page) => {
    expect(targets(page).filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  test.each(pages)('%s links to headings that exist', (page) => {
    expect(missingHeadings(page)).toEqual([]);
  });

  test.each(pages)('%s names files that exist', (page) => {
    const made = ['docs/api/'];
    expect(namedFiles(page).filter((path) => !made.includes(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
