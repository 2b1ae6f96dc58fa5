import { parentPort, workerData } from 'node:worker_threads';

/** What this thread was started with. */
export function threadStart<T>(): T {
  return workerData;
}

/** Answers the requests of whoever started this thread, in order. */
export function answerRequests<R, A>(answer: (request: R) => Promise<A> | A): void {
  parentPort?.on('message', async (request: R) => {
    parentPort?.postMessage(await answer(request));
  });
}
