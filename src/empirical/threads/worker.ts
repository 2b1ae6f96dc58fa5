import { parentPort } from 'node:worker_threads';
import { InternalError } from '../../errors.js';
import { type MatrixProduct, matrixProduct } from '../../linalg/product.js';
import { Member, type MemberAnswer } from './member.js';
import type { MemberStart, ThreadRequest } from './team.js';

// The program of a thread that is a member of one team after the other.

const products = new Map<string, MatrixProduct>();
let member: Member | null = null;

async function join({ operations, weights, precision, native, turn }: MemberStart): Promise<void> {
  const key = `${precision} ${native}`;
  const product = products.get(key) ?? (await matrixProduct(native, precision, 1));
  products.set(key, product);
  member = new Member(operations, { precision, product, weights }, turn, async () => undefined);
}

async function answer(request: ThreadRequest): Promise<MemberAnswer> {
  if (request.do === 'join') await join(request.start);
  else if (request.do === 'leave') member = null;
  else if (member === null) throw new InternalError('a thread is asked for work before it joins a team');
  else return member.answer(request);
  return {};
}

parentPort?.on('message', async (request: ThreadRequest) => {
  parentPort?.postMessage(await answer(request));
});
