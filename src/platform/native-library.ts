import { basename } from 'node:path';
import type { KoffiFunc, LibraryHandle } from 'koffi';

type Koffi = typeof import('koffi');

/** How a build of BLAS and LAPACK names its routines, and the width of its integers. */
interface Naming {
  readonly prefix: string;
  readonly suffix: string;
  /** After the names of OpenBLAS's own functions. */
  readonly ownSuffix: string;
  readonly bits: 32 | 64;
}

/** Forms in use: plain Fortran, OpenBLAS with 64-bit integers, and the builds of the scipy-openblas packages. */
const NAMINGS: readonly Naming[] = [
  { prefix: '', suffix: '_', ownSuffix: '', bits: 32 },
  { prefix: 'scipy_', suffix: '_', ownSuffix: '', bits: 32 },
  { prefix: '', suffix: '_64_', ownSuffix: '64_', bits: 64 },
  { prefix: 'scipy_', suffix: '_64_', ownSuffix: '64_', bits: 64 },
];

/**
 * Arguments of the routines: i an integer, I many of them, c a letter, d and s a number, D and S many; o marks what is
 * written.
 */
const ROUTINES = {
  dpotrf: 'c i oD i oI',
  dpotrs: 'c i i D i oD i oI',
  dsyevd: 'c c i oD i oD oD i oI i oI',
  dsytrf: 'c i oD i oI oD i oI',
  dgemm: 'c c i i i D D i D i D oD i',
  sgemm: 'c c i i i S S i S i S oS i',
  dsymm: 'c c i i D D i D i D oD i',
  dgemv: 'c i i D D i D i D oD i',
} as const;

/** Names of the routines that are used. */
export type Routine = keyof typeof ROUTINES;

/** What a routine takes: a letter, or the address of numbers. */
export type Argument = string | Int32Array | BigInt64Array | Float64Array | Float32Array;

type Call = KoffiFunc<(...args: (Argument | number)[]) => void>;

/** A loaded BLAS and LAPACK. */
export interface NativeLibrary {
  /** Library, version and core: `OpenBLAS 0.3.21 (libopenblas.so.0, core SkylakeX)`. */
  readonly name: string;
  /** As it was loaded: paths, or names that the system's loader knows; further ones hold what the first lacks. */
  readonly paths: readonly string[];
  /** Whether it is an OpenBLAS, by its own words; a plain reference BLAS is slower than the engine's product. */
  readonly isOpenBlas: boolean;
  /** Processor whose kernels an OpenBLAS computes with, in its own word; null where it does not say. */
  readonly core: string | null;
  readonly bits: 32 | 64;
  /** An integer, or several, as the library takes them. */
  integers(...values: number[]): Int32Array | BigInt64Array;
  /** Room for integers. */
  zeros(count: number): Int32Array | BigInt64Array;
  /** Calls a routine and waits. */
  call(routine: Routine, ...args: Argument[]): void;
  /** Calls a routine on another thread; the arguments must be left alone until it is done. */
  run(routine: Routine, ...args: Argument[]): Promise<void>;
  /** Sets the number of threads, of the whole process, where the library has it; whether it did. */
  setThreads(count: number): boolean;
}

/** A library as it was loaded, before anybody looked at what it computes. */
export interface LoadedLibrary extends NativeLibrary {
  /** Whether it has kernels for several processors and chooses when it is loaded. */
  readonly choosesCore: boolean;
  /** Takes it out of the process, unless somebody else has it too; nothing of it may be called afterwards. */
  unload(): void;
}

/** A library that cannot be used, and why. */
export interface Unusable {
  readonly reason: string;
}

function typesOf(signature: string, bits: number): string[] {
  const letters: Readonly<Record<string, string>> = {
    c: 'str',
    i: `int${bits}_t *`,
    I: `int${bits}_t *`,
    D: 'double *',
    S: 'float *',
  };
  const types = signature
    .split(' ')
    .map((word) => (word.startsWith('o') ? `_Inout_ ${letters[word.slice(1)]}` : letters[word]));
  // Fortran takes the lengths of its letters at the end.
  return [...types, ...types.filter((type) => type === 'str').map(() => 'size_t')];
}

function has(library: LibraryHandle, name: string): boolean {
  try {
    library.func(name, 'void', []);
    return true;
  } catch {
    return false;
  }
}

/** What an OpenBLAS says of itself, or null where it does not. */
function told(library: LibraryHandle, what: 'config' | 'corename', { prefix, ownSuffix }: Naming): string | null {
  const name = `${prefix}openblas_get_${what}${ownSuffix}`;
  if (!has(library, name)) return null;
  const text: unknown = library.func(name, 'str', [])();
  return typeof text === 'string' ? text : null;
}

/** The routines of libraries, the first that has them, under one form of names; null when one is missing. */
function bind(libraries: readonly LibraryHandle[], naming: Naming): Map<Routine, Call> | null {
  const calls = new Map<Routine, Call>();
  for (const [routine, signature] of Object.entries(ROUTINES) as [Routine, string][]) {
    const name = `${naming.prefix}${routine}${naming.suffix}`;
    const library = libraries.find((one) => has(one, name));
    if (library === undefined) return null;
    calls.set(routine, library.func(name, 'void', typesOf(signature, naming.bits)) as Call);
  }
  return calls;
}

/** Lengths of the letters among the arguments, as Fortran takes them. */
function lengths(args: readonly Argument[]): number[] {
  return args.filter((argument) => typeof argument === 'string').map(() => 1);
}

/** Sets the number of threads; null where the library has no such function. */
function threadSetter(library: LibraryHandle, { prefix, ownSuffix }: Naming): ((count: number) => void) | null {
  const name = `${prefix}openblas_set_num_threads${ownSuffix}`;
  return has(library, name) ? (library.func(name, 'void', ['int']) as KoffiFunc<(count: number) => void>) : null;
}

/** What a library says of itself: its name for records, and of an OpenBLAS the core. */
function facts(
  library: LibraryHandle,
  naming: Naming,
  paths: readonly string[],
): Pick<LoadedLibrary, 'name' | 'isOpenBlas' | 'core' | 'choosesCore'> {
  const config = told(library, 'config', naming) ?? '';
  const version = /^OpenBLAS \S+/.exec(config)?.[0];
  const core = version === undefined ? null : told(library, 'corename', naming);
  const files = paths.map((path) => basename(path)).join(', ');
  return {
    name: `${version ?? 'BLAS and LAPACK'} (${files}${core === null ? '' : `, core ${core}`})`,
    isOpenBlas: version !== undefined,
    core,
    choosesCore: core !== null && /\bDYNAMIC_ARCH\b/.test(config),
  };
}

/** Loads the libraries `paths` as one; the reason where that does not work. Nothing else is loaded before. */
export function loadLibrary(koffi: Koffi, paths: readonly string[]): LoadedLibrary | Unusable {
  let libraries: LibraryHandle[];
  try {
    libraries = paths.map((path) => koffi.load(path));
  } catch (error) {
    return { reason: String(error).replace(/^Error: /, '') };
  }
  for (const naming of NAMINGS) {
    const calls = bind(libraries, naming);
    if (calls === null) continue;
    const routine = (name: Routine): Call => calls.get(name) as Call;
    const setThreads = threadSetter(libraries[0], naming);
    return {
      ...facts(libraries[0], naming, paths),
      paths,
      bits: naming.bits,
      integers: (...values) => (naming.bits === 64 ? BigInt64Array.from(values, BigInt) : Int32Array.from(values)),
      zeros: (count) => (naming.bits === 64 ? new BigInt64Array(count) : new Int32Array(count)),
      call: (name, ...args) => routine(name)(...args, ...lengths(args)),
      run: (name, ...args) =>
        new Promise((resolve, reject) => {
          routine(name).async(...args, ...lengths(args), (error: unknown) => (error ? reject(error) : resolve()));
        }),
      setThreads(count) {
        setThreads?.(count);
        return setThreads !== null;
      },
      unload() {
        for (const library of libraries) library.unload();
      },
    };
  }
  return { reason: `it lacks ${Object.keys(ROUTINES).join(', ')} under a name that is known` };
}
