import { InternalError } from '../errors.js';
import type { Backend, DoorOf } from './contract.js';
import type { TaskKind } from './tasks.js';

/** What a backend has for a kind of task. @throws InternalError for one that was chosen for what it does not compute */
export function doorOf<K extends TaskKind>({ name, tasks }: Backend, kind: K): DoorOf<K> {
  const door = tasks[kind];
  if (door === undefined) throw new InternalError(`${name} was chosen for tasks of kind ${kind}`);
  return door;
}
