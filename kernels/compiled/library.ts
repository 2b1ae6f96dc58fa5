import { CompilerError } from '../../src/errors.js';
import { type CompiledFunctions, openLibrary } from '../../src/platform/compiled-library.js';
import type { Missing } from '../../src/platform/compiler/find.js';
import { type Compiled, libraryOf } from '../../src/platform/compiler/library.js';
import { askedVectorBits, toolchain } from '../../src/platform/compiler/toolchain.js';
import { processor } from '../../src/platform/processor.js';
import { chooseInstructions, compilerFlags, setOf } from './target.js';
import { prelude, type Target } from './vector.js';

/** What compiles here, and for which instructions. */
export interface Machine {
  readonly target: Target;
  /** `gcc 12.2.0`. */
  readonly compiler: string;
  /** `AVX-512`. */
  readonly instructions: string;
}

/** A library made from printed C. */
export interface CompiledLibrary extends Compiled, Omit<Machine, 'target'> {}

/** What is compiled for where nothing forbids it: the widest vectors of this processor, or those that are asked for. */
export function target(): Target | Missing {
  const chosen = chooseInstructions(processor(), askedVectorBits());
  if (typeof chosen !== 'string') return { bits: chosen.bits, family: chosen.family };
  return { reason: chosen, remedy: 'Unset NTK_VECTOR_BITS' };
}

/**
 * The library of a source: out of the user's cache, or compiled now for this processor in at most `patience` seconds.
 *
 * Throws CompilerError with one line where it cannot be had, and InterruptedError.
 */
export async function compiledLibrary(source: string, wanted: Target, patience?: number): Promise<CompiledLibrary> {
  const tools = await toolchain();
  if ('reason' in tools) throw new CompilerError(tools.reason, tools.remedy);
  const { architecture, model, features } = processor();
  const recipe = {
    source,
    flags: compilerFlags(wanted),
    processor: [architecture, model, ...[...features].toSorted()].join(' '),
    ...(patience === undefined ? {} : { patience }),
  };
  const compiled = await libraryOf(tools.folder, tools.compiler, recipe);
  return { ...compiled, compiler: tools.compiler.name, instructions: setOf(wanted).name };
}

/** What is printed for in any case, where nothing is compiled too: those who read the C, and plans. */
export function printedTarget(): Target {
  const found = target();
  return 'reason' in found ? { bits: 128, family: 'plain' } : found;
}

/** Longest time that a compiler gets for the trial, seconds. */
const TRIAL_PATIENCE = 15;

/** A small source, to see whether what is compiled here runs here: 2 2 + 3 in every lane. */
function trialSource(wanted: Target): string {
  return `${prelude(wanted, 'f64')}
int64_t ntk_trial(uint8_t *memory, const int64_t *arguments) {
  T *at = (T *)(memory + arguments[0]);
  store(at, madd(load(at), splat(2), splat(3)));
  return LANES;
}
`;
}

/** Whether the trial gives what it should. */
function isRight(library: CompiledFunctions, { bits }: Target): boolean {
  const lanes = bits / 64;
  const entries = new Float64Array(new SharedArrayBuffer(8 * lanes)).fill(2);
  const told = library.call('ntk_trial', new Uint8Array(entries.buffer), [0]);
  return told === lanes && entries.every((entry) => entry === 7);
}

async function look(): Promise<Machine | Missing> {
  const wanted = target();
  if ('reason' in wanted) return wanted;
  try {
    const { path, compiler, instructions } = await compiledLibrary(trialSource(wanted), wanted, TRIAL_PATIENCE);
    if (isRight(await openLibrary(path), wanted)) return { target: wanted, compiler, instructions };
    return { reason: `${compiler} compiles what computes wrong numbers`, remedy: 'Name another compiler in NTK_CC' };
  } catch (error) {
    if (error instanceof CompilerError) return { reason: error.reason, remedy: error.remedy };
    throw error;
  }
}

/** What compiles here: found once, by compiling, loading and running something small; or what is missing. */
export function machine(): Promise<Machine | Missing> {
  return look();
}
