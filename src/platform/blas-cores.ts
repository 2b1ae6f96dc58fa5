import type { Processor } from './processor.js';

/** What kernels of products compute with, from narrow to wide. */
const WIDTHS = ['SSE', 'AVX', 'AVX2', 'AVX-512'] as const;

type Width = (typeof WIDTHS)[number];

/**
 * Processors that OpenBLAS has kernels for, in the letters that it takes, by what those compute with.
 *
 * Source: OpenBLAS, driver/others/dynamic.c and kernel/x86_64. Those of AMD before Zen fuse multiply-adds of 128 bits,
 * as wide as their units: the widest for them. Cores that are not here are left alone, as are those of ARM.
 */
const CORES: Readonly<Record<Width, readonly string[]>> = {
  SSE: (
    'Generic Katmai Coppermine Northwood Prescott Banias Core2 Penryn Dunnington Nehalem Atom Nano ' +
    'Athlon Opteron Opteron_SSE3 Barcelona Bobcat'
  ).split(' '),
  AVX: ['Sandybridge'],
  AVX2: ['Haswell', 'Zen', 'Bulldozer', 'Piledriver', 'Steamroller', 'Excavator'],
  'AVX-512': ['SkylakeX', 'Cooperlake', 'SapphireRapids'],
};

/**
 * Cores that are asked for, best first, and what they need. Cooperlake and SapphireRapids are not: their products in
 * single and double precision are those of SkylakeX, and they stop on a processor that lacks theirs of halves.
 */
const CHOICES: readonly { readonly core: string; readonly needs: readonly string[] }[] = [
  { core: 'SkylakeX', needs: ['avx512f', 'avx512dq', 'avx512bw', 'avx512vl', 'avx512cd', 'avx2', 'fma'] },
  // The last of these only AMD has.
  { core: 'Zen', needs: ['avx2', 'fma', 'sse4a'] },
  { core: 'Haswell', needs: ['avx2', 'fma'] },
  { core: 'Sandybridge', needs: ['avx'] },
];

/** What the kernels of a core compute with; null for a core that is not known. */
export function widthOf(core: string): Width | null {
  const isIt = (name: string): boolean => name.toLowerCase() === core.toLowerCase();
  return WIDTHS.find((width) => CORES[width].some(isIt)) ?? null;
}

/** Whether the kernels of one core are wider than those of another; never where one is not known. */
export function isWider(core: string, than: string): boolean {
  const [one, other] = [widthOf(core), widthOf(than)];
  return one !== null && other !== null && WIDTHS.indexOf(one) > WIDTHS.indexOf(other);
}

/** Cores that suit a processor better than the one that a library took, best first; none where that is as wide. */
export function betterCores(taken: string, { features }: Processor): readonly string[] {
  const fits = CHOICES.filter(({ core, needs }) => isWider(core, taken) && needs.every((name) => features.has(name)));
  return fits.map(({ core }) => core);
}
