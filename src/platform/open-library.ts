import { betterCores, isWider, widthOf } from './blas-cores.js';
import { type LoadedLibrary, loadLibrary, type NativeLibrary, type Unusable } from './native-library.js';
import type { Processor } from './processor.js';
import { nativeSpeed, wrongProduct } from './product-check.js';

type Koffi = typeof import('koffi');

/** What OpenBLAS reads when it is loaded: the core whose kernels it is to take. */
export const CORE_VARIABLE = 'OPENBLAS_CORETYPE';

/** Who chose the core: the library itself, the engine, or the user's `OPENBLAS_CORETYPE`. */
export type CoreChoice = 'library' | 'engine' | 'environment';

/** A library whose products were found to be right, and how its core came about. */
export interface OpenLibrary {
  readonly library: NativeLibrary;
  /** Null where it has no core. */
  readonly coreChoice: CoreChoice | null;
  /** What is worth knowing of the choice. */
  readonly note?: string;
  /** Whether its kernels are beneath the processor, and nobody asked for that. */
  readonly isBeneath: boolean;
}

/** What the choice of a core depends on. */
export interface Surroundings {
  readonly processor: Processor;
  /** The user's own `OPENBLAS_CORETYPE`. */
  readonly asked: string | undefined;
  /** Sets that variable for the whole process, or unsets it; null where that cannot be done: on a thread. */
  readonly setCore: ((core: string | undefined) => void) | null;
}

/** Products may be as much slower as a busy machine makes them seem before a core is given up. */
const SLOWER = 0.8;

const isLoaded = (found: LoadedLibrary | Unusable): found is LoadedLibrary => 'integers' in found;

/** The library under the user's own variable, which wins. */
function underOwn(library: LoadedLibrary, asked: string): OpenLibrary {
  const core = library.core ?? '';
  const kept = { library, coreChoice: 'environment' as const, isBeneath: false };
  if (!library.choosesCore)
    return { ...kept, note: `${CORE_VARIABLE}=${asked} has no effect: it is built for ${core}` };
  if (core.toLowerCase() === asked.toLowerCase()) return { ...kept, note: `as ${CORE_VARIABLE} says` };
  return { ...kept, note: `${CORE_VARIABLE}=${asked} made it take ${core}: it has no kernels of that name` };
}

/** The library loaded anew, with the variable set to a core, or unset. */
function reloaded(
  koffi: Koffi,
  library: LoadedLibrary,
  core: string | undefined,
  set: (core: string | undefined) => void,
): LoadedLibrary | Unusable {
  library.unload();
  set(core);
  try {
    return loadLibrary(koffi, library.paths);
  } finally {
    set(undefined);
  }
}

/** Why a core is not better than the library's own choice; null where it is. */
function drawback(library: LoadedLibrary, own: string, speed: number): string | null {
  if (!isWider(library.core ?? '', own)) return `it stays with ${library.core}`;
  const wrong = wrongProduct(library);
  if (wrong !== null) return wrong;
  const reached = nativeSpeed(library, 'f32');
  return reached < SLOWER * speed ? `${reached.toFixed(0)} GFLOP/s where ${own} has ${speed.toFixed(0)}` : null;
}

/** Loads a library again under each core that suits the processor better, until one is right and no slower. */
function raised(
  koffi: Koffi,
  first: LoadedLibrary,
  cores: readonly string[],
  set: (core: string | undefined) => void,
): OpenLibrary | Unusable {
  const own = first.core ?? '';
  const speed = nativeSpeed(first, 'f32');
  const reasons: string[] = [];
  let last = first;
  for (const core of cores) {
    const library = reloaded(koffi, last, core, set);
    if (!isLoaded(library)) return library;
    const reason = drawback(library, own, speed);
    if (reason === null)
      return { library, coreChoice: 'engine', note: `by itself it would take ${own}`, isBeneath: false };
    reasons.push(`${core} is not taken (${reason})`);
    last = library;
  }
  const library = reloaded(koffi, last, undefined, set);
  if (!isLoaded(library)) return library;
  return { library, coreChoice: 'library', note: `beneath this processor: ${reasons.join(', ')}`, isBeneath: true };
}

function chosen(
  koffi: Koffi,
  library: LoadedLibrary,
  { processor, asked, setCore }: Surroundings,
): OpenLibrary | Unusable {
  const { core } = library;
  if (core === null) return { library, coreChoice: null, isBeneath: false };
  if (asked !== undefined && asked !== '') return underOwn(library, asked);
  const better = betterCores(core, processor);
  if (better.length === 0) return { library, coreChoice: 'library', isBeneath: false };
  const beneath = (rest: string): OpenLibrary => ({
    library,
    coreChoice: 'library',
    isBeneath: true,
    note: `beneath this processor, which has ${widthOf(better[0])}: ${rest}`,
  });
  if (!library.choosesCore) return beneath('it is built for one core: take a build with DYNAMIC_ARCH');
  if (setCore === null) return beneath(`set ${CORE_VARIABLE}=${better[0]} before the start`);
  return raised(koffi, library, better, setCore);
}

const LEAST_NORMAL = Float64Array.of(2 ** -1022);

/** Whether this thread takes numbers below the least normal one, 2e-308, for 0. */
function flushesSubnormals(): boolean {
  return LEAST_NORMAL[0] / 2 === 0;
}

/** What a library linked with -ffast-math does when it is loaded, to all that the thread computes from then on. */
const FLUSHES =
  'it was linked with -ffast-math, which makes this process take numbers below 2e-308 for 0: use a build without it';

/**
 * Loads the libraries `paths` as one, of OpenBLAS with kernels that suit the processor, and checks a small product.
 *
 * OpenBLAS takes the narrowest kernels on a processor that is newer than itself. Which it takes it says only once it is
 * loaded, and what it is asked for it reads when it is loaded: so it is loaded again where it chose too low, some 5 ms
 * each. Threads that load it later find it as it is.
 */
export function openLibrary(koffi: Koffi, paths: readonly string[], around: Surroundings): OpenLibrary | Unusable {
  const before = flushesSubnormals();
  const first = loadLibrary(koffi, paths);
  if (!isLoaded(first)) return first;
  if (!before && flushesSubnormals()) return { reason: FLUSHES };
  const open = chosen(koffi, first, around);
  if (!('library' in open) || open.coreChoice === 'engine') return open;
  const wrong = wrongProduct(open.library);
  return wrong === null ? open : { reason: `its products are wrong: ${wrong}` };
}
