import { basename, delimiter } from 'node:path';
import type { LinearAlgebra } from '../../src/linalg/algebra.js';
import { linearAlgebra } from '../../src/linalg/index.js';
import { nativeFacts } from '../../src/platform/native.js';

/** An algebra under test. */
export interface Subject {
  readonly name: string;
  readonly algebra: LinearAlgebra;
}

/** Where native libraries are looked for: what the loader finds, and the paths in $NTK_TEST_OPENBLAS. */
export function places(): readonly string[] {
  return ['auto', ...(process.env.NTK_TEST_OPENBLAS ?? '').split(delimiter).filter((path) => path !== '')];
}

/**
 * Every algebra that is here: the engine's own; native ones by the loader and in $NTK_TEST_OPENBLAS. Reasons for others
 * are printed.
 */
export async function subjects(): Promise<readonly Subject[]> {
  const found: Subject[] = [{ name: 'own', algebra: await linearAlgebra('off') }];
  for (const place of places()) {
    const facts = await nativeFacts(place);
    // One thread: two on two processors collapse when anything else runs.
    if (facts.available) found.push({ name: `native ${basename(place)}`, algebra: await linearAlgebra(place, 1) });
    else process.stderr.write(`no native library by ${place}: ${facts.reason}. ${facts.remedy}\n`);
  }
  return found;
}
