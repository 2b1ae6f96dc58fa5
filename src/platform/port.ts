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

/**
 * Answers requests once the start is known: what this thread was started with, or, of a thread that was started ahead,
 * the first message; `meanwhile` may load what it will need.
 */
export function answerAfterStart<S, R, A>(
  begin: (start: S) => Promise<(request: R) => Promise<A> | A>,
  meanwhile: () => void,
): void {
  const known: S | null = workerData;
  let answer = known === null ? null : begin(known);
  if (known === null) meanwhile();
  // One after the other: requests that wait for the start would be answered together, the first one late.
  let last: Promise<unknown> = Promise.resolve();
  parentPort?.on('message', (message: S | R) => {
    if (answer === null) {
      answer = begin(message as S);
      last = answer;
      return;
    }
    const begun = answer;
    last = last.then(async () => parentPort?.postMessage(await (await begun)(message as R)));
  });
}
