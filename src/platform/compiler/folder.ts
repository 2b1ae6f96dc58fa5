import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { CompilerError } from '../../errors.js';
import { reasonOf } from '../../message.js';
import { makeFolders } from '../folders.js';

/** Bits of a mode that let the group or others write. */
const WRITABLE = 0o022;

/** Bits that let others write, and that keeps them from what is not theirs. */
const [OTHERS, STICKY] = [0o002, 0o1000];

/** Who runs this process; null where the system has no such numbers. */
function userNumber(): number | null {
  return process.getuid?.() ?? null;
}

/** The user's folder for what is compiled: `NTK_CACHE`, else by the customs of the system. */
export function cacheFolderPath(): string {
  const { NTK_CACHE, XDG_CACHE_HOME } = process.env;
  if (NTK_CACHE !== undefined && NTK_CACHE !== '') return resolve(NTK_CACHE);
  if (XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'ntk-engine');
  const customary = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
  return join(homedir(), customary, 'ntk-engine');
}

function refuse(path: string, got: string, remedy: string): never {
  // What lies there is run as code.
  throw new CompilerError(`${path}: must be a folder that nobody else can write to, got ${got}`, remedy);
}

const OTHER = 'Name a folder of your own in NTK_CACHE';

/** @throws CompilerError for a folder that belongs to another user or may be written by others */
function checkFolder(path: string, { uid, mode }: Stats): void {
  const user = userNumber();
  if (user !== null && uid !== user) refuse(path, `one of user ${uid}`, OTHER);
  if ((mode & WRITABLE) !== 0) {
    refuse(path, `mode ${(mode & 0o7777).toString(8)}`, `Take the right away: chmod go-w ${path}`);
  }
}

/** @throws CompilerError where another user could put another folder in the place of one above it */
function checkAbove(path: string): void {
  const user = userNumber();
  for (let above = dirname(path); ; above = dirname(above)) {
    const { uid, mode } = statSync(above);
    const isTheirs = user !== null && uid !== user && uid !== 0;
    if (isTheirs || ((mode & OTHERS) !== 0 && (mode & STICKY) === 0)) {
      refuse(path, `${above} above it, which ${isTheirs ? `is of user ${uid}` : 'all may write to'}`, OTHER);
    }
    if (above === dirname(above)) return;
  }
}

/** One file of the folder. */
export interface CacheFile {
  readonly name: string;
  readonly bytes: number;
  /** When it was last used, milliseconds. */
  readonly used: number;
}

/** The folder of one user for compiled code; its files are small and written whole. */
export class CacheFolder {
  readonly path: string;

  /** @throws CompilerError where it cannot be made, or others can write to it */
  constructor(path = cacheFolderPath()) {
    this.path = path;
    try {
      makeFolders(path, 0o700);
      const link = lstatSync(path);
      const user = userNumber();
      if (link.isSymbolicLink() && user !== null && link.uid !== user && link.uid !== 0) {
        refuse(path, `a link of user ${link.uid}`, OTHER);
      }
      const folder = statSync(path);
      checkFolder(path, folder);
      checkAbove(path);
    } catch (error) {
      if (error instanceof CompilerError) throw error;
      throw new CompilerError(`${path}: must be a folder for compiled code, got ${reasonOf(error)}`, OTHER);
    }
  }

  /** Where a file of that name lies. */
  place(name: string): string {
    return join(this.path, name);
  }

  /** A name for a file that is being made; after a crash it is swept away as others are. */
  temporary(): string {
    return this.place(`.${process.pid}-${Math.random().toString(36).slice(2)}`);
  }

  /** The bytes of a file, which is then used; null where it is not there. */
  read(name: string): Uint8Array | null {
    try {
      const bytes = readFileSync(this.place(name));
      this.touch(name);
      return bytes;
    } catch {
      return null;
    }
  }

  /** Says that a file is in use. */
  touch(name: string): void {
    try {
      utimesSync(this.place(name), new Date(), new Date());
    } catch {
      // A folder that can only be read serves as well.
    }
  }

  /** Gives a finished file its name. @throws the error of the system where that cannot be */
  adopt(temporary: string, name: string): void {
    const file = openSync(temporary, 'r+');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.place(name));
  }

  /** Writes a file whole. @throws the error of the system where it cannot be written */
  write(name: string, bytes: Uint8Array): void {
    const temporary = this.temporary();
    try {
      writeFileSync(temporary, bytes, { mode: 0o600 });
      this.adopt(temporary, name);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Writes a file whole where that can be, and else does without. */
  keep(name: string, bytes: Uint8Array): void {
    try {
      this.write(name, bytes);
    } catch {
      // It will be made again.
    }
  }

  /** What lies in it. */
  files(): CacheFile[] {
    return readdirSync(this.path).flatMap((name) => {
      try {
        const { size, mtimeMs } = statSync(this.place(name));
        return [{ name, bytes: size, used: mtimeMs }];
      } catch {
        // Another process was faster.
        return [];
      }
    });
  }

  remove(name: string): void {
    rmSync(this.place(name), { force: true });
  }
}
