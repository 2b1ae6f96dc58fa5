import { Worker } from 'node:worker_threads';
import { InternalError, InterruptedError, MemoryError } from '../errors.js';
import { codeOf } from '../message.js';

/** A program on a thread of its own, which answers requests in order. */
export interface Thread<R, A> {
  /** The answer to a request. */
  ask(request: R): Promise<A>;
  /** Stops the thread; whoever waits for an answer gets an InterruptedError. */
  close(): Promise<void>;
}

/** Whether work can be given to threads. */
export const HAS_THREADS: boolean = true;

/** Codes of threads that the system gave no memory. */
const NO_MEMORY = ['ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED'];

function failed(error: Error): Error {
  if (!NO_MEMORY.includes(codeOf(error))) return new InternalError(`a host thread failed: ${error.message}`);
  const rule = 'each must get memory to work in';
  return new MemoryError(`threads: ${rule}, got: ${error.message}. Take fewer.`, { cause: error });
}

/** Milliseconds after which a thread that was started ahead and never taken is stopped. */
const PATIENCE = 3000;

/** Threads that wait for what they are to start with, by their program. */
const ahead = new Map<string, Set<Worker>>();

function forget(url: URL, worker: Worker): void {
  ahead.get(url.href)?.delete(worker);
}

/**
 * Starts threads before it is known what with, so that they are there when it is; their program takes its start as
 * `answerAfterStart` does. Those that nobody takes are stopped after a while, and never keep the process alive.
 */
export function startAhead(url: URL, count: number): void {
  const threads = ahead.get(url.href) ?? new Set();
  ahead.set(url.href, threads);
  for (let k = threads.size; k < count; k++) {
    const worker = new Worker(url, { workerData: null });
    worker.unref();
    threads.add(worker);
    // Where the system has no room for it, who needs one starts it then, and is told.
    worker.on('error', () => forget(url, worker));
    worker.on('exit', () => forget(url, worker));
    setTimeout(() => {
      if (ahead.get(url.href)?.delete(worker) === true) void worker.terminate();
    }, PATIENCE).unref();
  }
}

/** A thread with its start: one that was started ahead where there is one. */
function startedWith(url: URL, start: object): Worker {
  const [waiting] = ahead.get(url.href) ?? [];
  if (waiting === undefined) {
    const worker = new Worker(url, { workerData: start });
    worker.unref();
    return worker;
  }
  forget(url, waiting);
  waiting.postMessage(start);
  return waiting;
}

/**
 * Starts the program at `url` on a thread, which gets `start`; it keeps the process alive only while it owes an answer.
 */
export function startThread<R, A>(url: URL, start: object): Thread<R, A> {
  const worker = startedWith(url, start);
  const waiting: { resolve: (a: A) => void; reject: (e: Error) => void }[] = [];
  let ended: Error | null = null;
  // A thread that is gone answers nothing: whoever asked it, or asks it later, is told.
  const end = (error: Error): void => {
    ended ??= error;
    for (const w of waiting.splice(0)) w.reject(ended);
  };
  worker.on('message', (answer: A) => waiting.shift()?.resolve(answer));
  worker.on('error', (error: Error) => end(failed(error)));
  worker.on('exit', (code) => end(new InternalError(`a host thread ended with code ${code}`)));
  const ask = async (request: R): Promise<A> => {
    if (ended !== null) throw ended;
    return new Promise((resolve, reject) => {
      worker.ref();
      const done = (): void => {
        if (waiting.length === 0) worker.unref();
      };
      waiting.push({
        resolve: (a) => {
          done();
          resolve(a);
        },
        reject,
      });
      worker.postMessage(request);
    });
  };
  const close = async (): Promise<void> => {
    ended ??= new InterruptedError();
    await worker.terminate();
    end(ended);
  };
  return { ask, close };
}
