import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompilerError } from '../../src/errors.js';
import { openLibrary } from '../../src/platform/compiled-library.js';
import { type Compiler, compilerName, findCompiler } from '../../src/platform/compiler/find.js';
import { CacheFolder, cacheFolderPath } from '../../src/platform/compiler/folder.js';
import { type Compiled, keyOf, libraryOf, type Recipe, sweep } from '../../src/platform/compiler/library.js';
import { isNoted, note } from '../../src/platform/compiler/notes.js';
import { temporaryFolder } from '../data/fixtures.js';
import { afterEach, describe, expect, test } from '../jest.js';

const { path: at } = temporaryFolder();

/** A folder of its own for each test. */
let count = 0;
const folder = (): CacheFolder => new CacheFolder(at(`cache-${count++}`));

const SOURCE = `#include <stdint.h>
int64_t twice(uint8_t *memory, const int64_t *arguments) {
  double *at = (double *)(memory + arguments[0]);
  for (int64_t k = 0; k < arguments[1]; k++) at[k] *= 2;
  return arguments[1];
}
`;

const RECIPE: Recipe = { source: SOURCE, flags: ['-O1', '-shared', '-fPIC'], processor: 'one' };

const here = await findCompiler(new CacheFolder(mkdtempSync(join(tmpdir(), 'ntk-compiler-'))));
const compiler = 'reason' in here ? null : here;
const compiling = compiler === null ? test.skip : test;
/** The one of this machine; asked for in tests alone that are skipped without. */
const own = compiler as Compiler;

/** Whether a library does what its source says. */
async function works({ path }: Pick<Compiled, 'path'>): Promise<boolean> {
  const library = await openLibrary(path);
  const numbers = Float64Array.of(1, 2, 3);
  const block = new Uint8Array(new SharedArrayBuffer(32));
  const inside = new Float64Array(block.buffer, 8, 3);
  inside.set(numbers);
  const told = library.call('twice', block, [8, 3]);
  return told === 3 && inside.every((number, k) => number === 2 * numbers[k]);
}

/** A program that plays a compiler: it tells a version, and for all else does what `body` says. */
function player(body: string): Compiler {
  const path = at(`player-${count++}`);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o700 });
  return { path, words: [], name: 'player', version: 'player' };
}

const environment = { ...process.env };

afterEach(() => {
  for (const name of ['NTK_CC', 'NTK_CACHE', 'XDG_CACHE_HOME', 'PATH']) {
    if (environment[name] === undefined) delete process.env[name];
    else process.env[name] = environment[name];
  }
});

describe('a compiler', () => {
  test.each([
    [
      'gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022 Free Software Foundation, Inc.',
      '/bin/cc',
      'gcc 12.2.0',
    ],
    ['Debian clang version 14.0.6\nTarget: x86_64', '/bin/cc', 'clang 14.0.6'],
    ['Apple clang version 15.0.0 (clang-1500.3.9.4)', '/usr/bin/cc', 'clang 15.0.0'],
    ['tcc version 0.9.27 (x86_64 Linux)', '/bin/tcc', 'tcc 0.9.27'],
    ['something', '/bin/other', 'other'],
  ])('is named by what it says: %j', (version, path, name) => {
    expect(compilerName(version, path)).toBe(name);
  });

  test('is the one of NTK_CC, with its arguments, and no other', async () => {
    const { path } = player('echo "gcc (own) 1.2.3"; echo Free Software Foundation');
    process.env.NTK_CC = `${path} -one -two`;
    expect(await findCompiler(folder())).toMatchObject({ path, words: ['-one', '-two'], name: 'gcc 1.2.3' });
    process.env.NTK_CC = at('not there');
    expect(await findCompiler(folder())).toMatchObject({ reason: expect.stringContaining('NTK_CC names no program') });
    process.env.NTK_CC = 'false';
    expect(await findCompiler(folder())).toMatchObject({
      reason: expect.stringContaining('tells its version, got exit code 1'),
    });
  });

  test('is cc, gcc or clang of the path; where there is none, what helps is said', async () => {
    delete process.env.NTK_CC;
    const { path } = player('echo clang version 9.9');
    mkdirSync(at('programs'));
    symlinkSync(path, at('programs/clang'));
    process.env.PATH = at('programs');
    expect(await findCompiler(folder())).toMatchObject({ path: at('programs/clang'), name: 'clang 9.9' });
    process.env.PATH = at('nothing');
    expect(await findCompiler(folder())).toEqual({
      reason: 'no C compiler (cc, gcc, clang) was found',
      remedy: expect.stringContaining('apt-get install gcc'),
    });
  });

  test('is asked once for its version, until it is another', async () => {
    const asked = at('asked');
    const { path } = player(`echo x >>${asked}; echo gcc 1.0`);
    process.env.NTK_CC = path;
    const kept = folder();
    for (let k = 0; k < 3; k++) await findCompiler(kept);
    expect(readFileSync(asked, 'utf8')).toBe('x\n');
    writeFileSync(path, '#!/bin/sh\necho gcc 2.0.0\n');
    expect(await findCompiler(kept)).toMatchObject({ name: 'gcc 2.0.0' });
  });
});

describe('a library', () => {
  compiling('is compiled once for a source, its flags, a compiler and a processor', async () => {
    const cache = folder();
    const first = await libraryOf(cache, own, RECIPE);
    expect(first).toMatchObject({ isCached: false, path: expect.stringContaining(cache.path) });
    expect(first.seconds).toBeGreaterThan(0);
    expect(await works(first)).toBe(true);
    expect(await libraryOf(cache, own, RECIPE)).toEqual({ path: first.path, seconds: 0, isCached: true });
    const others: readonly (readonly [Recipe, Compiler])[] = [
      [{ ...RECIPE, source: `${SOURCE}\n` }, own],
      [{ ...RECIPE, flags: [...RECIPE.flags, '-w'] }, own],
      [{ ...RECIPE, processor: 'another' }, own],
      [RECIPE, { ...own, version: 'another' }],
      [RECIPE, { ...own, words: ['-w'] }],
    ];
    const keys = others.map(([recipe, by]) => keyOf(recipe, by));
    expect(new Set([keyOf(RECIPE, own), ...keys]).size).toBe(others.length + 1);
    expect(readdirSync(cache.path).filter((name) => !/^[0-9a-f]{64}(-[0-9a-f]{16}\.so|\.json)$/.test(name))).toEqual(
      [],
    );
  });

  compiling('that is torn, changed or without its label is compiled again', async () => {
    const cache = folder();
    const { path } = await libraryOf(cache, own, RECIPE);
    const label = cache.place(`${keyOf(RECIPE, own)}.json`);
    const bytes = readFileSync(path);
    const flipped = Uint8Array.from(bytes, (byte, k) => (k === bytes.length >> 1 ? byte ^ 1 : byte));
    // In a file of its own each time: what is loaded is mapped.
    const replace = (content: Uint8Array): void => {
      rmSync(path);
      writeFileSync(path, content);
    };
    const damages = [
      () => replace(bytes.subarray(0, bytes.length >> 1)),
      () => replace(flipped),
      () => truncateSync(label, 20),
    ];
    for (const damage of damages) {
      damage();
      const again = await libraryOf(cache, own, RECIPE);
      expect(again.isCached).toBe(false);
      expect(await works(again)).toBe(true);
    }
  });

  compiling('is found in a folder that may only be read', async () => {
    const cache = folder();
    await libraryOf(cache, own, RECIPE);
    chmodSync(cache.path, 0o500);
    expect((await libraryOf(new CacheFolder(cache.path), own, RECIPE)).isCached).toBe(true);
    chmodSync(cache.path, 0o700);
  });

  compiling('is made by two processes at once, and works in both', async () => {
    const cache = folder();
    const module = (name: string): string =>
      JSON.stringify(new URL(`../../src/platform/${name}`, import.meta.url).href);
    const program = `
      const { libraryOf } = await import(${module('compiler/library.js')});
      const { CacheFolder } = await import(${module('compiler/folder.js')});
      const { openLibrary } = await import(${module('compiled-library.js')});
      const folder = new CacheFolder(${JSON.stringify(cache.path)});
      const { path } = await libraryOf(folder, ${JSON.stringify(own)}, ${JSON.stringify(RECIPE)});
      process.exitCode = (await openLibrary(path)).call('twice', new Uint8Array(16), [0, 2]) === 2 ? 7 : 1;`;
    const run = async (): Promise<unknown> => {
      const [code] = await once(spawn(process.execPath, ['--input-type=module', '-e', program]), 'close');
      return code;
    };
    expect(await Promise.all([run(), run()])).toEqual([7, 7]);
    expect(await works(await libraryOf(cache, own, RECIPE))).toBe(true);
    expect(readdirSync(cache.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('that no compiler makes is refused in one line of what it says', async () => {
    const cases = [
      [
        'echo "<stdin>: In function f:" >&2; echo "<stdin>:3:1: error: no such thing" >&2; exit 1',
        'error: no such thing',
      ],
      ['exit 4', 'got no word of it'],
      ['kill -9 $$', 'got no word of it'],
    ] as const;
    for (const [body, words] of cases) {
      const cache = folder();
      const refused = libraryOf(cache, player(`cat >/dev/null; ${body}`), RECIPE);
      await expect(refused).rejects.toThrow(CompilerError);
      await expect(refused).rejects.toThrow(words);
      expect(readdirSync(cache.path)).toEqual([]);
    }
    await expect(libraryOf(folder(), { ...player(''), path: at('gone') }, RECIPE)).rejects.toThrow('that starts');
  });

  test('that takes too long is given up, with all programs that the compiler started', async () => {
    const hanging = player(`sh -c 'echo $$ >${at('pid')}; exec sleep 60' & wait`);
    await expect(libraryOf(folder(), hanging, { ...RECIPE, patience: 0.3 })).rejects.toThrow(
      'in 0.3 s, got no end of it',
    );
    expect(await ends(Number(readFileSync(at('pid'), 'utf8')))).toBe(true);
  });

  test('is given up when the process is told to stop', async () => {
    const cache = folder();
    const hanging = player(`echo $$ >${at('stopped')}; exec sleep 60`);
    const module = (name: string): string =>
      JSON.stringify(new URL(`../../src/platform/${name}`, import.meta.url).href);
    const program = `
      const { libraryOf } = await import(${module('compiler/library.js')});
      const { CacheFolder } = await import(${module('compiler/folder.js')});
      const folder = new CacheFolder(${JSON.stringify(cache.path)});
      await libraryOf(folder, ${JSON.stringify(hanging)}, ${JSON.stringify(RECIPE)});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    const closed = once(child, 'close');
    const pid = async (): Promise<number> => {
      for (;;) {
        const text = readdirSync(at('.')).includes('stopped') ? readFileSync(at('stopped'), 'utf8') : '';
        if (text.endsWith('\n')) return Number(text);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const started = await pid();
    child.kill('SIGTERM');
    const [, signal] = await closed;
    expect(signal).toBe('SIGTERM');
    expect(await ends(started)).toBe(true);
  });
});

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

/** Whether a process that was ended is gone some moments later; one whose parent has not looked yet is. */
async function ends(pid: number): Promise<boolean> {
  for (let k = 0; k < 1000; k++) {
    try {
      if (/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return true;
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

describe('the folder of libraries', () => {
  test('is NTK_CACHE, else what the system has for such', () => {
    process.env.NTK_CACHE = at('own');
    expect(cacheFolderPath()).toBe(at('own'));
    delete process.env.NTK_CACHE;
    process.env.XDG_CACHE_HOME = at('xdg');
    expect(cacheFolderPath()).toBe(join(at('xdg'), 'ntk-engine'));
    process.env.XDG_CACHE_HOME = 'not absolute';
    expect(cacheFolderPath()).toMatch(/(\.cache|Library\/Caches)\/ntk-engine$/);
  });

  test('is made for its user alone', () => {
    const { path } = new CacheFolder(at('new/below'));
    for (const made of [path, at('new')]) expect(modeOf(made)).toBe(0o700);
  });

  test.each([
    [0o777, 'got mode 777. Take the right away: chmod go-w '],
    [0o720, 'got mode 720'],
  ])('is none that others can write to: mode %o', (mode, message) => {
    const path = at(`mode-${mode}`);
    mkdirSync(path);
    chmodSync(path, mode);
    expect(() => new CacheFolder(path)).toThrow(CompilerError);
    expect(() => new CacheFolder(path)).toThrow(message);
  });

  test('is none below a folder in which all may put another in its place', () => {
    mkdirSync(at('open/cache'), { recursive: true, mode: 0o700 });
    chmodSync(at('open'), 0o777);
    expect(() => new CacheFolder(at('open/cache'))).toThrow('which all may write to');
    chmodSync(at('open'), 0o1777);
    expect(new CacheFolder(at('open/cache')).path).toBe(at('open/cache'));
  });

  test('is none of another user, nor behind a link of another', () => {
    const isRoot = process.getuid?.() === 0;
    const path = at('theirs');
    mkdirSync(path, { mode: 0o700 });
    if (isRoot) chownSync(path, 4321, 4321);
    const [foreign, user] = isRoot ? [path, 4321] : ['/usr', 0];
    expect(() => new CacheFolder(foreign)).toThrow(`got one of user ${user}`);
    symlinkSync(at('new'), at('link'));
    expect(new CacheFolder(at('link')).path).toBe(at('link'));
  });

  test('is no file, and none below one', () => {
    writeFileSync(at('file'), '');
    for (const path of [at('file'), at('file/below')]) {
      expect(() => new CacheFolder(path)).toThrow(`${path}: must be a folder for compiled code`);
    }
  });

  compiling('that cannot be written is named', async () => {
    const cache = folder();
    rmSync(cache.path, { recursive: true });
    await expect(libraryOf(cache, own, RECIPE)).rejects.toThrow(`${cache.path}: must be a folder that can be written`);
  });

  test('keeps what was used last, within its bytes', () => {
    const cache = folder();
    const name = (k: number): string => `${String(k).padStart(64, 'a')}-${'0'.repeat(16)}.so`;
    const hour = 3600;
    const now = Date.now() / 1000;
    for (let k = 1; k <= 4; k++) {
      writeFileSync(cache.place(name(k)), new Uint8Array(100));
      // The last one is in use.
      if (k < 4) utimesSync(cache.place(name(k)), now, now - k * hour);
    }
    writeFileSync(cache.place('of another program'), new Uint8Array(1000));
    writeFileSync(cache.place('.12-ab'), '');
    utimesSync(cache.place('.12-ab'), now, now - hour);
    sweep(cache, 250);
    expect(readdirSync(cache.path).toSorted()).toEqual([name(1), name(4), 'of another program'].toSorted());
    sweep(cache, 0);
    expect(readdirSync(cache.path).toSorted()).toEqual([name(4), 'of another program'].toSorted());
  });

  test('knows what was compiled by which compiler', () => {
    const tools = { folder: folder(), compiler: player('') };
    expect(isNoted(tools, 'work')).toBe(false);
    note(tools, 'work');
    expect(isNoted(tools, 'work')).toBe(true);
    expect(isNoted(tools, 'other work')).toBe(false);
    expect(isNoted({ ...tools, compiler: { ...tools.compiler, version: '2' } }, 'work')).toBe(false);
  });
});
