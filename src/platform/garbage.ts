import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Frees what earlier networks left behind, now.
 *
 * The engine collects shared arrays when it sees fit, which may be after the next network of hundreds of megabytes is
 * there; the budget of `--memory` counts one at a time.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
