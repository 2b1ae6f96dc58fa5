import { compiledLibrary, machine } from '../../kernels/compiled/library.js';
import { chooseInstructions, compilerFlags, instructionSets } from '../../kernels/compiled/target.js';
import { openLibrary } from '../../src/platform/compiled-library.js';
import { type Processor, processor, processorOf } from '../../src/platform/processor.js';
import { describe, expect, test } from '../jest.js';

const FEATURES = {
  'AVX-512': 'sse4_1 fma avx2 bmi1 bmi2 avx512f avx512dq avx512bw avx512vl',
  AVX2: 'sse4_1 fma avx2 bmi1 bmi2 avx512f',
  'SSE4.1': 'sse4_1 avx2',
  '128-bit vectors': 'sse2',
} as const;

const x86 = (features: string): Processor =>
  processorOf(`processor : 0\nmodel name\t: A processor\nflags\t\t: ${features}\n\nprocessor : 1\n`, 'x64', '');

/** What tells which instructions a compiler may use. */
const WIDEST = `#include <stdint.h>
int64_t widest(uint8_t *memory, const int64_t *arguments) {
#if defined(__AVX512F__)
  return 512;
#elif defined(__AVX__)
  return 256;
#else
  return 128;
#endif
}
`;

const compiling = 'reason' in (await machine()) ? test.skip : test;

describe('instructions', () => {
  test.each(Object.entries(FEATURES))('are the widest that a processor has: %s', (name, features) => {
    expect(chooseInstructions(x86(features))).toMatchObject({ name });
    expect(x86(features).model).toBe('A processor');
  });

  test('are those of NTK_VECTOR_BITS, where the processor has them', () => {
    const wide = x86(FEATURES['AVX-512']);
    for (const bits of [512, 256, 128]) expect(chooseInstructions(wide, String(bits))).toMatchObject({ bits });
    expect(chooseInstructions(x86(FEATURES.AVX2), '512')).toBe('NTK_VECTOR_BITS: this processor has no 512 bits');
    for (const asked of ['1024', 'x', '0128']) {
      expect(chooseInstructions(wide, asked)).toBe(`NTK_VECTOR_BITS must be 512, 256, 128, got ${asked}`);
    }
  });

  test('of ARM are NEON, of others what the compiler makes of vectors', () => {
    const arm = processorOf('processor\t: 0\nFeatures\t: fp asimd\n', 'arm64', '');
    expect(chooseInstructions(arm)).toMatchObject({ name: 'NEON', bits: 128, family: 'neon' });
    expect(arm.features.has('asimd')).toBe(true);
    expect(chooseInstructions(processorOf('', 'riscv64', 'Some'))).toMatchObject({ bits: 128, family: 'plain' });
  });

  compiling('wider than those are used by no compiler', async () => {
    const narrower = instructionSets(processor());
    expect(narrower.length).toBeGreaterThan(0);
    for (const set of narrower) {
      const { path, instructions } = await compiledLibrary(WIDEST, set);
      expect(instructions).toBe(set.name);
      expect((await openLibrary(path)).call('widest', new Uint8Array(8), [])).toBe(set.bits);
    }
  });

  test('products and sums are fused nowhere but where the C says so', () => {
    for (const set of instructionSets(x86(FEATURES['AVX-512']))) {
      expect(compilerFlags(set)).toContain('-ffp-contract=off');
      expect(compilerFlags(set).join(' ')).not.toMatch(/fast-math|march/);
    }
  });
});
