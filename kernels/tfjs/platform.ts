import type { Pace } from '../../src/backend/pace.js';
import type { Engine } from './engine.js';

/** Where tasks of a tfjs backend run. */
export interface Platform {
  /** Its tfjs, found when it is first asked for. @throws BackendError where there is none */
  engineOf(): Promise<Engine>;
  /** Whether it computes on a device with a memory of its own, as far as is known yet. */
  hasDevice(): boolean;
  /** Bytes that its libraries take beyond being loaded. */
  base(): number;
  /** On processors of 2023, for plans. */
  readonly pace: Pace;
}
