import { CompilerError } from '../../errors.js';
import { koffiMissing } from '../compiled-library.js';
import { type Compiler, findCompiler, type Missing } from './find.js';
import { CacheFolder, cacheFolderPath } from './folder.js';

/** What compiles and keeps libraries here. */
export interface Toolchain {
  readonly compiler: Compiler;
  readonly folder: CacheFolder;
}

/** Looked for once for what the environment names. */
const known = new Map<string, Promise<Toolchain | Missing>>();

async function look(): Promise<Toolchain | Missing> {
  const missing = await koffiMissing();
  if (missing !== null) return missing;
  try {
    const folder = new CacheFolder();
    const compiler = await findCompiler(folder);
    return 'reason' in compiler ? compiler : { compiler, folder };
  } catch (error) {
    if (!(error instanceof CompilerError)) throw error;
    return { reason: error.reason, remedy: error.remedy };
  }
}

/** The compiler and the folder that the environment leads to, or what is missing. No program is started twice for it. */
export function toolchain(): Promise<Toolchain | Missing> {
  const { NTK_CC, PATH } = process.env;
  const key = JSON.stringify([NTK_CC, PATH, cacheFolderPath()]);
  const found = known.get(key) ?? look();
  known.set(key, found);
  return found;
}

/** Bits of the vectors that are asked for in `NTK_VECTOR_BITS`; empty: the widest. */
export function askedVectorBits(): string {
  return process.env.NTK_VECTOR_BITS?.trim() ?? '';
}
