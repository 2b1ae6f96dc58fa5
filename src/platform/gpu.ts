import { existsSync, readdirSync } from 'node:fs';

/** Whether the system shows a GPU to this process: looked up without loading any driver. Systems other than Linux are taken to have one. */
export function hasGpu(): boolean {
  if (process.platform !== 'linux') return true;
  if (['/dev/nvidia0', '/dev/nvidiactl', '/dev/kfd', '/dev/dxg'].some((path) => existsSync(path))) return true;
  try {
    return readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  } catch {
    return false;
  }
}
