import type { Pace } from '../../src/backend/pace.js';
import type { Engine } from './engine.js';

/** Where tasks of a tfjs backend run. */
export interface Platform {
  /** Its tfjs, found when it is first asked for. @throws BackendError where there is none */
  engineOf(): Promise<Engine>;
  /** Bytes of its libraries. */
  readonly base: number;
  /** On processors of 2023, for plans. */
  readonly pace: Pace;
}
