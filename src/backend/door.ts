import { InternalError } from '../errors.js';
import type { Backend, KindOf } from './contract.js';
import type { Kind } from './tasks.js';

/** What a backend has for a kind of task. @throws InternalError for one that was chosen for what it does not compute */
export function doorOf<K extends Kind>({ name, tasks }: Backend, kind: K): KindOf<K> {
  const door = tasks[kind];
  if (door === undefined) throw new InternalError(`${name} was chosen for tasks of kind ${kind}`);
  return door;
}
