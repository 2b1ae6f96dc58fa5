import { InternalError, InterruptedError } from '../../src/errors.js';
import { startAhead, startThread, type Thread } from '../../src/platform/thread.js';
import { describe, expect, test } from '../jest.js';

/** Sends back what it gets, until it is told to fail or to end. */
const PROGRAM = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', (text) => {
  if (text === 'fail') throw new Error('out of order');
  if (text === 'end') process.exit(3);
  if (text !== 'wait') parentPort.postMessage(text);
});`;

const start = (): Thread<string, string> =>
  startThread(new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`), {});

describe('a program on a thread', () => {
  test.each([
    ['fail', 'internal: a host thread failed: out of order'],
    ['end', 'internal: a host thread ended with code 3'],
  ])('tells who waits, and who asks later, that it is gone: %s', async (last, message) => {
    const { ask, close } = start();
    expect(await ask('one')).toBe('one');
    const asked = await Promise.allSettled([ask(last), ask('two')]);
    for (const one of asked) expect(one).toMatchObject({ status: 'rejected', reason: { message } });
    await expect(ask('three')).rejects.toThrow(InternalError);
    await close();
  });

  test('is closed while it owes an answer, and asked again', async () => {
    const { ask, close } = start();
    const waiting = ask('wait');
    waiting.catch(() => undefined);
    await close();
    await expect(waiting).rejects.toThrow(InterruptedError);
    await expect(ask('late')).rejects.toThrow(InterruptedError);
  });
});

/** Answers with what it was started with, wherever that came from. */
const STARTED = `
import { parentPort, workerData, threadId } from 'node:worker_threads';
let start = workerData;
parentPort.on('message', (message) => {
  if (start === null) start = message;
  else parentPort.postMessage([start.name, threadId]);
});`;

test('threads that were started ahead are taken first, each once', async () => {
  const url = new URL(`data:text/javascript,${encodeURIComponent(STARTED)}`);
  startAhead(url, 2);
  startAhead(url, 2);
  const threads = ['one', 'two', 'three'].map((name) => startThread<string, [string, number]>(url, { name }));
  const answers = await Promise.all(threads.map(({ ask }) => ask('who')));
  expect(answers.map(([name]) => name)).toEqual(['one', 'two', 'three']);
  const numbers = answers.map(([, number]) => number);
  // The third is the first that was not there yet.
  expect(numbers[2]).toBeGreaterThan(Math.max(numbers[0], numbers[1]));
  expect(new Set(numbers).size).toBe(3);
  await Promise.all(threads.map(({ close }) => close()));
});
