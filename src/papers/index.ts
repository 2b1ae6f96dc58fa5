import type { Paper } from './types.js';

/** The papers by name; each is loaded when it is wanted. */
export const PAPERS: Readonly<Record<string, () => Promise<Paper>>> = {
  belfer: async () => (await import('./belfer.js')).belfer,
  barzilai: async () => (await import('./barzilai.js')).barzilai,
  geifman: async () => (await import('./geifman.js')).geifman,
};
