import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from '../jest.js';

export * from './bytes.js';

/** A folder for the files of one test file; removed afterwards. */
export function temporaryFolder(): {
  write: (name: string, content: Uint8Array | string) => Promise<string>;
  path: (name: string) => string;
} {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ntk-data-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  const path = (name: string) => join(folder, name);
  return {
    path,
    write: async (name, content) => {
      await writeFile(path(name), content);
      return path(name);
    },
  };
}

/** The folder `shared/data` beside the project or above; null when there is none. */
export function sharedData(): string | null {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const candidate = join(folder, 'shared', 'data');
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return null;
  }
}

/** The error that `work` throws, after checking its class and that its message has all of `parts`. */
export async function refused(
  work: () => unknown,
  errorClass: new (...parameters: never[]) => Error,
  ...parts: readonly (string | RegExp)[]
): Promise<void> {
  let thrown: unknown = null;
  try {
    await work();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(errorClass);
  const message = thrown instanceof errorClass ? thrown.message : '';
  for (const part of parts) expect(message).toMatch(part);
  expect(message).toMatch(/^[\s\S]+: [\s\S]+, got [\s\S]+\. [A-Z][\s\S]*\.$/);
}
