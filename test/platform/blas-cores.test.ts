import { coreFor } from '../../src/bench/scipy.js';
import { betterCores, isWider, widthOf } from '../../src/platform/blas-cores.js';
import { type Processor, processor, processorOf } from '../../src/platform/processor.js';
import { describe, expect, test } from '../jest.js';

const AVX2 = 'sse4_2 avx avx2 fma bmi2';
const AVX512 = `${AVX2} avx512f avx512dq avx512bw avx512vl avx512cd`;

const withFlags = (flags: string): Processor => processorOf(`flags\t\t: ${flags}\n`, 'x64', '');
const intel = withFlags;
const amd = (flags: string): Processor => withFlags(`${flags} sse4a`);
const arm = processorOf('processor\t: 0\nFeatures\t: fp asimd evtstrm sve\nCPU implementer\t: 0x41\n', 'arm64', '');
const unknown = processorOf('', 'x64', '');

test('the processor of this machine has features where it is Linux', () => {
  expect(processor().features.size > 0).toBe(process.platform === 'linux');
});

describe('cores of OpenBLAS', () => {
  test.each<readonly [string, string, Processor, readonly string[]]>([
    // An Emerald Rapids Xeon under Debian's 0.3.21, and under newer ones that call the same kernels otherwise.
    ['Prescott', 'AVX-512', intel(AVX512), ['SkylakeX', 'Haswell', 'Sandybridge']],
    ['Katmai', 'AVX-512', intel(AVX512), ['SkylakeX', 'Haswell', 'Sandybridge']],
    ['HASWELL', 'AVX-512', intel(AVX512), ['SkylakeX']],
    ['Nehalem', 'AVX2', intel(AVX2), ['Haswell', 'Sandybridge']],
    ['Barcelona', 'AVX2, AMD', amd(AVX2), ['Zen', 'Haswell', 'Sandybridge']],
    ['Zen', 'AVX-512, AMD', amd(AVX512), ['SkylakeX']],
    ['Prescott', 'AVX', intel('sse4_2 avx'), ['Sandybridge']],
    // As good as it gets, though under another name.
    ['SkylakeX', 'AVX-512 with products of halves', intel(`${AVX512} avx512_bf16 amx_tile`), []],
    ['Cooperlake', 'AVX-512, AMD', amd(AVX512), []],
    ['Haswell', 'AVX2, AMD', amd(AVX2), []],
    ['Excavator', 'AVX2, AMD', amd(AVX2), []],
    // A part of AVX-512, as on Knights Landing, is none.
    ['Haswell', 'a part of AVX-512', intel(`${AVX2} avx512f avx512cd`), []],
    ['Prescott', 'SSE', intel('sse4_2'), []],
    // What nobody knows is left alone.
    ['Diamondrapids', 'AVX-512', intel(AVX512), []],
    ['NEOVERSEN1', 'ARM', arm, []],
    ['armv8', 'nothing that is said', unknown, []],
  ])('where it takes %s on a processor of %s', (taken, _, processor, cores) => {
    expect(betterCores(taken, processor)).toEqual(cores);
  });

  test('are compared where both are known', () => {
    expect(widthOf('zen')).toBe('AVX2');
    expect(widthOf('Power9')).toBeNull();
    expect(isWider('SkylakeX', 'Zen')).toBe(true);
    expect(isWider('Zen', 'Haswell')).toBe(false);
    expect(isWider('Power9', 'Prescott')).toBe(false);
    expect(isWider('SkylakeX', 'Power9')).toBe(false);
  });

  test("of NumPy's libraries are chosen in the same way, unless the user has", () => {
    const newer = intel(AVX512);
    const blas = (...cores: readonly string[]) => cores.map((core) => ({ version: 'OpenBLAS 0.3.21', core }));
    expect(coreFor(blas('SkylakeX', 'Prescott'), newer, {})).toEqual({ OPENBLAS_CORETYPE: 'SkylakeX' });
    expect(coreFor(blas('Prescott'), newer, { OPENBLAS_CORETYPE: 'Haswell' })).toEqual({});
    expect(coreFor(blas('SkylakeX'), newer, {})).toEqual({});
    expect(coreFor([], newer, {})).toEqual({});
  });
});
