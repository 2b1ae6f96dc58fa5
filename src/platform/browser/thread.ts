import { InternalError } from '../../errors.js';
import type { Thread } from '../thread.js';

/** Whether work can be given to threads: in a page all of it is done where it is asked for. */
export const HAS_THREADS = false;

/** None is started ahead. */
export function startAhead(_url: URL, _count: number): void {}

/** There are none. */
export function startThread<R, A>(url: URL, _start: object): Thread<R, A> {
  throw new InternalError(`a page has no thread for ${url.href}`);
}
