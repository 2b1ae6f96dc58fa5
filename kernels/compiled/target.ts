import type { Processor } from '../../src/platform/processor.js';
import type { Target, VectorBits } from './vector.js';

/** A set of instructions that the printed C knows. */
interface InstructionSet extends Target {
  /** For people: `AVX-512`. */
  readonly name: string;
  /** What the processor must have, by the names of Linux. */
  readonly features: readonly string[];
  /** What lets a compiler use these instructions and no others. */
  readonly flags: readonly string[];
}

/** For x86, the widest first; with flags of their own: `-march=native` would let others in. */
const X86: readonly InstructionSet[] = [
  {
    ...{ name: 'AVX-512', bits: 512, family: 'x86' },
    features: ['avx512f', 'avx512dq', 'avx512bw', 'avx512vl', 'avx2', 'fma'],
    flags: ['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mavx2', '-mfma', '-mbmi', '-mbmi2'],
  },
  {
    ...{ name: 'AVX2', bits: 256, family: 'x86' },
    features: ['avx2', 'fma', 'bmi1', 'bmi2'],
    flags: ['-mavx2', '-mfma', '-mbmi', '-mbmi2'],
  },
  { ...{ name: 'SSE4.1', bits: 128, family: 'x86' }, features: ['sse4_1'], flags: ['-msse4.1'] },
];

const NEON: InstructionSet = { ...{ name: 'NEON', bits: 128, family: 'neon' }, features: [], flags: [] };

const PLAIN: InstructionSet = { ...{ name: '128-bit vectors', bits: 128, family: 'plain' }, features: [], flags: [] };

/** By the processor's architecture as Node names it; any other has vectors by the compiler alone. */
const SETS: Readonly<Record<string, readonly InstructionSet[]>> = { x64: [...X86, PLAIN], arm64: [NEON] };

const WIDTHS: readonly VectorBits[] = [512, 256, 128];

/** What the processor has, the widest first. */
export function instructionSets({ architecture, features }: Processor): readonly InstructionSet[] {
  const known = SETS[architecture] ?? [PLAIN];
  return known.filter((set) => set.features.every((feature) => features.has(feature)));
}

/**
 * The instructions to compile for: the widest that the processor has, or those of `asked` bits (`NTK_VECTOR_BITS`). A
 * text says why there are none.
 */
export function chooseInstructions(processor: Processor, asked = ''): InstructionSet | string {
  const sets = instructionSets(processor);
  if (asked === '') return sets[0];
  if (!WIDTHS.some((bits) => String(bits) === asked)) {
    return `NTK_VECTOR_BITS must be ${WIDTHS.join(', ')}, got ${asked}`;
  }
  return sets.find(({ bits }) => String(bits) === asked) ?? `NTK_VECTOR_BITS: this processor has no ${asked} bits`;
}

/** The instruction set of a target. */
export function setOf({ bits, family }: Target): InstructionSet {
  const all = [...X86, NEON, PLAIN];
  return all.find((set) => set.bits === bits && set.family === family) ?? PLAIN;
}

/**
 * What GCC 12 needs so as not to drop the results of some loops over windows with a stride of 2. The C is sound as far
 * as is known: sanitisers find nothing, and `-O0` and clang compute it rightly. The compiler's induction variables give
 * an address the base null, with differences of pointers added. Where whole numbers wrap no such address has been
 * seen; where null may be a place, results were right in spite of one. Each of the two was enough by itself. The last
 * is for safety, for no known fault: the C reads one memory as numbers of several types.
 */
const CAREFUL = ['-fwrapv', '-fno-delete-null-pointer-checks', '-fno-strict-aliasing'] as const;

/**
 * What compiles for a target. Products and sums are fused only where the C says so (`-ffp-contract=off`): bits do then
 * not depend on a compiler's mood.
 */
export function compilerFlags(target: Target): readonly string[] {
  const tuned = target.family === 'x86' ? ['-mtune=native'] : [];
  const arithmetic = ['-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math'];
  const common = ['-std=gnu11', '-O3', '-w', '-shared', '-fPIC'];
  return [...common, ...CAREFUL, ...arithmetic, ...setOf(target).flags, ...tuned];
}
