import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { nativeFacts } from '../../src/platform/native.js';
import { CORE_VARIABLE, type OpenLibrary, openLibrary, type Surroundings } from '../../src/platform/open-library.js';
import { optionalPackage } from '../../src/platform/package-files.js';
import { processorOf } from '../../src/platform/processor.js';
import { afterAll, beforeAll, describe, expect, test } from '../jest.js';

const SOURCE = resolve('test/fixtures/blas/chooses.c');
const COMPILER = process.env.NTK_CC ?? 'cc';
const hasCompiler = spawnSync(COMPILER, ['--version']).status === 0;
if (!hasCompiler) process.stderr.write(`libraries that choose a core: no C compiler ${COMPILER}\n`);

const AVX512 = processorOf('flags\t: avx avx2 fma avx512f avx512dq avx512bw avx512vl avx512cd\n', 'x64', '');

let folder = '';
let made = 0;
const asked = process.env[CORE_VARIABLE];

/** What the made-up library is: defaults are those of Debian's OpenBLAS on a processor newer than it. */
interface Made {
  readonly own?: string;
  readonly known?: string;
  readonly config?: string;
  readonly wrong?: string;
  readonly slow?: string;
}

/** A library in a file of its own, as one that is loaded stays. */
function compiled(
  { own = 'Prescott', known = 'Haswell", "SkylakeX', ...rest }: Made,
  name?: string,
  flags: readonly string[] = [],
): string {
  const { config = 'OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH', wrong = '', slow = '' } = rest;
  const words = { OWN: own, KNOWN: known, CONFIG: config, WRONG: wrong, SLOW: slow };
  made += 1;
  const path = join(folder, name ?? `made${made}.so`);
  const defined = Object.entries(words).map(([name, text]) => `-D${name}="${text}"`);
  const { status, stderr } = spawnSync(COMPILER, [
    '-O2',
    // Not -ffast-math: with it the library makes the whole process take subnormal numbers for 0.
    '-fassociative-math',
    '-fno-signed-zeros',
    '-fno-trapping-math',
    ...flags,
    '-ftree-vectorize',
    '-shared',
    '-fPIC',
    ...defined,
    SOURCE,
    '-o',
    path,
  ]);
  if (status !== 0) throw new Error(String(stderr));
  return path;
}

function setCore(core: string | undefined): void {
  if (core === undefined) delete process.env[CORE_VARIABLE];
  else process.env[CORE_VARIABLE] = core;
}

/** What comes of loading it on a processor with AVX-512. */
async function opened(one: Made, around: Partial<Surroundings> = {}) {
  const koffi = await optionalPackage<typeof import('koffi')>('koffi');
  return openLibrary(koffi, [compiled(one)], { processor: AVX512, asked: undefined, setCore, ...around });
}

/** The parts of it that a user sees. */
async function seen(one: Made, around?: Partial<Surroundings>) {
  const open = await opened(one, around);
  if (!('library' in open)) return open.reason;
  const { library, coreChoice, note, isBeneath }: OpenLibrary = open;
  return { core: library.core, coreChoice, isBeneath, note };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ntk-blas-'));
  setCore(undefined);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  setCore(asked);
});

(hasCompiler ? describe : describe.skip)('a library that chooses its core when it is loaded', () => {
  test('gets the one that suits the processor, and its own variable stays unset', async () => {
    const open = await opened({});
    expect(open).toMatchObject({
      library: { name: expect.stringMatching(/^OpenBLAS 0\.3\.21 \(made\d+\.so, core SkylakeX\)$/), isOpenBlas: true },
      coreChoice: 'engine',
      note: 'by itself it would take Prescott',
      isBeneath: false,
    });
    expect(process.env[CORE_VARIABLE]).toBeUndefined();
  });

  test('is left alone where its choice suits, or nobody knows better', async () => {
    const own = { coreChoice: 'library', isBeneath: false, note: undefined };
    expect(await seen({ own: 'SkylakeX' })).toEqual({ core: 'SkylakeX', ...own });
    expect(await seen({ own: 'Power9' })).toEqual({ core: 'Power9', ...own });
    const arm = { processor: processorOf('Features\t: asimd\n', 'arm64', '') };
    expect(await seen({ own: 'Prescott' }, arm)).toEqual({ core: 'Prescott', ...own });
  });

  test('gets the next one where it does not know the best, or computes it wrong or slowly', async () => {
    const next = { core: 'Haswell', coreChoice: 'engine', isBeneath: false, note: 'by itself it would take Prescott' };
    expect(await seen({ known: 'Haswell' })).toEqual(next);
    expect(await seen({ wrong: 'SkylakeX' })).toEqual(next);
    expect(await seen({ slow: 'SkylakeX' })).toEqual(next);
  });

  test('keeps its own where none is better, with the reasons', async () => {
    expect(await seen({ known: 'Haswell', wrong: 'Haswell' })).toEqual({
      core: 'Prescott',
      coreChoice: 'library',
      isBeneath: true,
      note: expect.stringMatching(
        /^beneath this processor: SkylakeX is not taken \(it stays with Prescott\), Haswell is not taken \(sgemm of 131 x 117 x 103 is off by \S+\), Sandybridge is not taken \(it stays with Prescott\)$/,
      ),
    });
  });

  test('cannot choose on a thread, or where it was built for one core', async () => {
    const beneath = { core: 'Prescott', coreChoice: 'library', isBeneath: true };
    expect(await seen({}, { setCore: null })).toEqual({
      ...beneath,
      note: 'beneath this processor, which has AVX-512: set OPENBLAS_CORETYPE=SkylakeX before the start',
    });
    expect(await seen({ config: 'OpenBLAS 0.3.21 Prescott' })).toEqual({
      ...beneath,
      note: 'beneath this processor, which has AVX-512: it is built for one core: take a build with DYNAMIC_ARCH',
    });
  });

  test("takes what the user's own variable says, and says so", async () => {
    const under = async (core: string, one: Made = {}) => {
      setCore(core);
      try {
        return await seen(one, { asked: core });
      } finally {
        setCore(undefined);
      }
    };
    const kept = { coreChoice: 'environment', isBeneath: false };
    expect(await under('Haswell')).toEqual({ core: 'Haswell', ...kept, note: 'as OPENBLAS_CORETYPE says' });
    expect(await under('Power9')).toEqual({
      core: 'Prescott',
      ...kept,
      note: 'OPENBLAS_CORETYPE=Power9 made it take Prescott: it has no kernels of that name',
    });
    expect(await under('Haswell', { config: 'OpenBLAS 0.3.21 Prescott', known: 'none' })).toMatchObject({
      note: 'OPENBLAS_CORETYPE=Haswell has no effect: it is built for Prescott',
    });
  });

  test('is not used where its products are wrong, by the library or by its path', async () => {
    const wrong = /^its products are wrong: sgemm of 131 x 117 x 103 is off by \S+$/;
    expect(await seen({ own: 'SkylakeX', wrong: 'SkylakeX' })).toMatch(wrong);
    const path = compiled({ own: 'Power9', wrong: 'Power9' });
    expect(await nativeFacts(path)).toMatchObject({ available: false, reason: expect.stringMatching(wrong) });
  });
});

/** What a process of its own says of the library that the system's loader finds. */
function inProcess(environment: NodeJS.ProcessEnv) {
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  const child = spawnSync(process.execPath, [resolve('dist/test/platform/native-main.js')], { env, encoding: 'utf8' });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout);
}

const isX86 = process.platform === 'linux' && process.arch === 'x64';

(hasCompiler && isX86 ? describe : describe.skip)('what the loader of the system finds', () => {
  const known = ['Sandybridge', 'Haswell', 'Zen', 'SkylakeX'].join('", "');

  test('is left out, with a word, where it makes the process flush subnormal numbers', () => {
    compiled({ known }, 'libopenblas.so.0', ['-ffast-math']);
    const { facts } = inProcess({ LD_LIBRARY_PATH: folder, [CORE_VARIABLE]: '' });
    expect(facts.name ?? '').not.toMatch(/libopenblas/);
    expect(facts).toMatchObject({ reason: expect.stringContaining('linked with -ffast-math') });
  });

  test('is the same on every thread, and computes the products of kernels', () => {
    compiled({ known }, 'libopenblas.so.0');
    const { facts, core, planned } = inProcess({ LD_LIBRARY_PATH: folder, [CORE_VARIABLE]: '' });
    expect(facts).toMatchObject({ coreChoice: 'engine', core: expect.stringMatching(/^(Sandy|Has|Zen|Sky)/) });
    expect(core).toBe(facts.core);
    expect(planned).toBe(facts.name);
  });

  test('is left out where it stays beneath the processor and is slower than the engine', () => {
    compiled({ config: 'OpenBLAS 0.3.21 Prescott', slow: 'Prescott' }, 'libopenblas.so.0');
    const { facts, planned } = inProcess({ LD_LIBRARY_PATH: folder, [CORE_VARIABLE]: '' });
    expect(facts).toMatchObject({ coreChoice: 'library', core: 'Prescott', note: expect.stringMatching(/^beneath/) });
    expect(planned).toBeNull();
  });
});

describe('OpenBLAS of this machine', () => {
  test('under a variable that it does not know is told as such', async () => {
    if (!(await nativeFacts('auto')).available) return;
    const { facts, core } = inProcess({ [CORE_VARIABLE]: 'Unknown' });
    expect(facts).toMatchObject({ available: true, core, name: expect.stringContaining(`core ${core}`) });
    expect(facts).toMatchObject({ coreChoice: 'environment', note: expect.stringContaining('=Unknown ') });
  });
});
