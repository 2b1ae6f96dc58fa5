import type { KoffiFunc, LibraryHandle } from 'koffi';
import { CompilerError, InternalError } from '../errors.js';
import { reasonOf } from '../message.js';
import { optionalPackage } from './package-files.js';

type Koffi = typeof import('koffi');
type Call = KoffiFunc<(memory: Uint8Array, args: BigInt64Array) => number | bigint>;

/** What a compiled function takes beside the memory. */
export type Arguments = BigInt64Array | readonly (number | bigint)[];

/** The functions of a library that was compiled from printed C: all are `int64_t NAME(uint8_t *, const int64_t *)`. */
export interface CompiledFunctions {
  readonly path: string;
  /**
   * Calls a function and waits; what it returns. `memory` is the block that its addresses count in: shared memory, that
   * of a WebAssembly module included.
   */
  call(name: string, memory: Uint8Array, args: Arguments): number;
  /** Calls a function on another thread; memory and arguments must be left alone until it is done. */
  run(name: string, memory: Uint8Array, args: BigInt64Array): Promise<number>;
}

/** Why compiled libraries cannot be called, or null. */
export async function koffiMissing(): Promise<{ readonly reason: string; readonly remedy: string } | null> {
  try {
    await optionalPackage<Koffi>('koffi');
    return null;
  } catch {
    const reason = 'the package koffi, which calls compiled libraries, is not installed';
    return { reason, remedy: 'Install it: npm install koffi' };
  }
}

function functionsOf(library: LibraryHandle, path: string): CompiledFunctions {
  const known = new Map<string, Call>();
  const bind = (name: string): Call => {
    try {
      return library.func(name, 'int64_t', ['uint8_t *', 'const int64_t *']) as Call;
    } catch {
      throw new InternalError(`a compiled library lacks ${name}`);
    }
  };
  const callOf = (name: string): Call => {
    const call = known.get(name) ?? bind(name);
    known.set(name, call);
    return call;
  };
  return {
    path,
    call: (name, memory, args) =>
      Number(callOf(name)(memory, args instanceof BigInt64Array ? args : BigInt64Array.from(args, BigInt))),
    run: (name, memory, args) =>
      new Promise((resolve, reject) => {
        callOf(name).async(memory, args, (error: unknown, result: number | bigint) =>
          error ? reject(error) : resolve(Number(result)),
        );
      }),
  };
}

/**
 * Loads a compiled library, on whatever thread: all threads share its static data.
 *
 * @throws CompilerError where koffi is missing or the system does not load it
 */
export async function openLibrary(path: string): Promise<CompiledFunctions> {
  const missing = await koffiMissing();
  if (missing !== null) throw new CompilerError(missing.reason, missing.remedy);
  const koffi = await optionalPackage<Koffi>('koffi');
  try {
    return functionsOf(koffi.load(path), path);
  } catch (error) {
    const got = reasonOf(error).replace(/^Error: /, '');
    const remedy = 'Name a folder whose files may be run in NTK_CACHE';
    throw new CompilerError(`${path}: must load as a library, got ${got}`, remedy);
  }
}
