import { InternalError } from '../../errors.js';
import { type MatrixProduct, matrixProduct } from '../../linalg/product.js';
import { answerRequests } from '../../platform/port.js';
import { PoolWorker, type WorkerAnswer } from './pool-worker.js';
import type { ThreadRequest, WorkerStart } from './worker-pool.js';

// The program of a thread that is a worker of one pool after the other.

const products = new Map<string, MatrixProduct>();
let worker: PoolWorker | null = null;

async function join({ operations, weights, precision, native, partition }: WorkerStart): Promise<void> {
  const key = `${precision} ${native}`;
  const product = products.get(key) ?? (await matrixProduct(native, precision, 1));
  products.set(key, product);
  worker = new PoolWorker(operations, { precision, product, weights }, partition, async () => undefined);
}

async function answer(request: ThreadRequest): Promise<WorkerAnswer> {
  if (request.do === 'join') await join(request.start);
  else if (request.do === 'leave') worker = null;
  else if (worker === null) throw new InternalError('a thread is asked for work before it joins a team');
  else return worker.answer(request);
  return {};
}

answerRequests(answer);
