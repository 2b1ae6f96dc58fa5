// Loaded before `ntk` (`node --import`): makes the system fail where NTK_TEST_FAULT says, in files that are being
// written and in threads.
import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread, parentPort } from 'node:worker_threads';

/** `write:ENOSPC:2` fails the second write and all later ones, `thread:exit:2` ends a thread at its second request. */
const [operation, code, count] = (process.env.NTK_TEST_FAULT ?? '::').split(':');
const from = Number(count);
let seen = 0;

/** Whether this call is to fail: of a file that is on its way to its name. */
function isDue(path: string): boolean {
  if (!path.endsWith('.partial')) return false;
  seen += 1;
  return seen >= from;
}

const pathOf = (descriptor: number): string => fs.readlinkSync(`/proc/self/fd/${descriptor}`);

function fault(what: string): Error {
  return Object.assign(new Error(`${code}: made by a test, ${what}`), { code, syscall: what });
}

/** Any function of the system. */
type Call = (this: unknown, ...args: unknown[]) => unknown;

/** Puts a function in the place of one of the system, which it is given. */
function replace(where: object, name: string, by: (own: Call) => Call): void {
  Reflect.set(where, name, by(Reflect.get(where, name) as Call));
}

/** Lets calls fail whose first argument names, or has open, a file that is on its way. */
function fail(where: object, name: string): void {
  replace(where, name, (own) => (...args) => {
    const [file] = args;
    if (isDue(typeof file === 'number' ? pathOf(file) : String(file))) throw fault(name);
    return own.apply(where, args);
  });
}

/** The same for a method of file handles. */
function failMethod(prototype: object, name: string): void {
  replace(
    prototype,
    name,
    (own) =>
      async function (this: unknown, ...args) {
        const { fd } = this as FileHandle;
        if (fd >= 0 && isDue(pathOf(fd))) throw fault(name);
        return own.apply(this, args);
      },
  );
}

/** Writes take half of what they are given, as systems may. */
function shorten(prototype: object): void {
  const half = (fd: number, length: unknown): number => {
    const all = Number(length);
    return all > 1 && isDue(pathOf(fd)) ? all >> 1 : all;
  };
  replace(
    fs,
    'writeSync',
    (own) =>
      (fd, bytes, at, length, ...more) =>
        own.call(fs, fd, bytes, at, half(Number(fd), length), ...more),
  );
  replace(
    prototype,
    'write',
    (own) =>
      async function (this: unknown, bytes, at, length, ...more) {
        return own.call(this, bytes, at, half((this as FileHandle).fd, length), ...more);
      },
  );
}

async function handlePrototype(): Promise<object> {
  const handle = await promises.open(process.execPath, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as object;
}

/** What can be made to fail. */
const FAULTS: Readonly<Record<string, () => Promise<void>>> = {
  open: async () => {
    fail(fs, 'openSync');
    fail(promises, 'open');
  },
  write: async () => {
    fail(fs, 'writeSync');
    failMethod(await handlePrototype(), 'write');
  },
  truncate: async () => fail(fs, 'ftruncateSync'),
  close: async () => {
    fail(fs, 'closeSync');
    // Handles have their own `close`.
    const { open } = promises;
    promises.open = async (...args) => {
      const handle = await open(...args);
      if (String(args[0]).endsWith('.partial')) handle.close = () => Promise.reject(fault('close'));
      return handle;
    };
  },
  name: async () => {
    fail(promises, 'link');
    fail(promises, 'rename');
  },
  links: async () => fail(promises, 'link'),
  short: async () => shorten(await handlePrototype()),
  clock: async () => {
    const { now } = Date;
    // Further back at every look.
    Date.now = () => {
      seen += 1;
      return now() - 60_000 * seen;
    };
  },
};

/** Ends a thread, or lets it fail, at one of its requests. */
function failThread(): void {
  const port = parentPort;
  if (isMainThread || port === null) return;
  const on = port.on.bind(port) as (event: string, listener: (request: unknown) => void) => typeof port;
  Reflect.set(port, 'on', (event: string, listener: (request: unknown) => void) =>
    on(event, (request) => {
      seen += 1;
      if (event === 'message' && seen >= from && code === 'exit') process.exit(7);
      if (event === 'message' && seen >= from) throw new Error('made by a test');
      listener(request);
    }),
  );
}

if (operation === 'thread') failThread();
else await FAULTS[operation]?.();
syncBuiltinESMExports();
