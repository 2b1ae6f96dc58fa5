import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What stands in the way of Vulkan, before Dawn is loaded and complains of it on stderr. */
export interface VulkanObstacle {
  readonly reason: string;
  readonly remedy: string;
}

const LOADER = 'libvulkan.so.1';

/** Whether the system's loader of libraries would find Vulkan's. */
function hasLoader(): boolean {
  const folders = (process.env.LD_LIBRARY_PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const usual = ['/lib', '/usr/lib', '/usr/lib64', '/usr/local/lib'];
  if ([...folders, ...usual].some((folder) => existsSync(join(folder, LOADER)))) return true;
  try {
    return readFileSync('/etc/ld.so.cache', 'latin1').includes(LOADER);
  } catch {
    // No cache: an unusual system, and its own loader decides.
    return true;
  }
}

/** Folders where the Vulkan loader looks for drivers. */
function driverFolders(): string[] {
  const home = process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share');
  const shared = (process.env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(delimiter);
  return ['/etc', '/usr/local/etc', '/etc/xdg', home, ...shared].map((folder) => join(folder, 'vulkan/icd.d'));
}

function hasDriver(): boolean {
  const named = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  if (named !== undefined && named !== '') return named.split(delimiter).some((path) => existsSync(path));
  return driverFolders().some((folder) => {
    try {
      return readdirSync(folder).some((file) => file.endsWith('.json'));
    } catch {
      return false;
    }
  });
}

/**
 * Why there can be no Vulkan device on this system; null when there may be one. Other systems than Linux have their own
 * ways.
 */
export function vulkanObstacle(): VulkanObstacle | null {
  if (process.platform !== 'linux') return null;
  if (!hasLoader()) {
    return {
      reason: `the Vulkan loader (${LOADER}) is not installed`,
      remedy: 'Install it (Debian: libvulkan1), or use --backend host',
    };
  }
  if (hasDriver()) return null;
  return {
    reason: 'no Vulkan driver is installed',
    remedy:
      'Install the driver of the card (in a container of NVIDIA: ' +
      'NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics), or use --backend host',
  };
}
