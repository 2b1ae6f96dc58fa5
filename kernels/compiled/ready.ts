import { isNoted, note } from '../../src/platform/compiler/notes.js';
import { toolchain } from '../../src/platform/compiler/toolchain.js';
import { target } from './library.js';

/** Such work, compiled for such vectors. */
function subject(work: string): string {
  return JSON.stringify([target(), work]);
}

/** Whether libraries for such work were compiled here before: they are there, unless they were swept away. */
export async function hasWork(work: string): Promise<boolean> {
  const tools = await toolchain();
  return !('reason' in tools) && isNoted(tools, subject(work));
}

/** Says that they were. */
export async function keepWork(work: string): Promise<void> {
  const tools = await toolchain();
  if (!('reason' in tools)) note(tools, subject(work));
}
