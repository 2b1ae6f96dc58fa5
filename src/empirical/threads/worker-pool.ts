import { allocate, type FloatArray, inSharedMemory, type Precision } from '../../data/array.js';
import { type Engine, zeros } from '../../network/engine.js';
import type { LayerWeights, Weights } from '../../network/weights.js';
import { threadProgram } from '../../platform/package-files.js';
import { startThread, type Thread } from '../../platform/thread.js';
import type { Operation } from '../../vocabulary/operations.js';
import { ALONE, type Partition } from './partition.js';
import { PoolWorker, type WorkerAnswer, type WorkerRequest } from './pool-worker.js';

/** Who computes a kernel: each worker has some examples of every block, and some panels of every product. */
export interface WorkerPool {
  /** How many they are. */
  readonly workers: number;
  /** Array that all workers can write. */
  room(length: number): FloatArray;
  /** Asks every worker, and waits for all; answers in their order. */
  all(request: (worker: number) => WorkerRequest): Promise<readonly WorkerAnswer[]>;
  /** Lets cotangents through, and throws where the work was interrupted. */
  pause(): Promise<void>;
  /** Stops them, or keeps their threads for the next pool, for a while: only where all work is done. */
  close(keep: boolean): Promise<void>;
}

/** What a thread is started with. */
export interface WorkerStart {
  readonly operations: readonly Operation[];
  readonly weights: Weights;
  readonly precision: Precision;
  /** `off`, or as the native library was loaded. */
  readonly native: string;
  readonly partition: Partition;
}

/** A pool of one, on the calling thread; `pause` is awaited between pieces of work. */
export function localPool(operations: readonly Operation[], engine: Engine, pause: () => Promise<void>): WorkerPool {
  const worker = new PoolWorker(operations, engine, ALONE, pause);
  return {
    workers: 1,
    room: (length) => zeros(engine, length),
    async all(request) {
      await pause();
      return [await worker.answer(request(0))];
    },
    pause,
    close: async () => undefined,
  };
}

/** What a thread is asked: to join a pool, to leave it, and between the two to work. */
export type ThreadRequest =
  | { readonly do: 'join'; readonly start: WorkerStart }
  | { readonly do: 'leave' }
  | WorkerRequest;

type WorkerThread = Thread<ThreadRequest, WorkerAnswer>;

/** Milliseconds after which a thread that belongs to no pool is stopped. */
const PATIENCE = 3000;

/** Threads that wait for a pool: what they ran before is compiled, which the next run is spared. */
const idle: WorkerThread[] = [];

function takeThread(): WorkerThread {
  return idle.pop() ?? startThread(threadProgram('empirical/pool', 'dist/src/empirical/threads/worker.js'), {});
}

async function keepThread(thread: WorkerThread): Promise<void> {
  await thread.ask({ do: 'leave' });
  idle.push(thread);
  setTimeout(() => {
    const place = idle.indexOf(thread);
    if (place >= 0) void idle.splice(place, 1)[0].close();
  }, PATIENCE).unref();
}

function inThreads(weights: Weights): Weights {
  const shared = ({ matrix, bias }: LayerWeights): LayerWeights => ({
    matrix: inSharedMemory(matrix),
    bias: bias === null ? null : inSharedMemory(bias),
  });
  return new Map([...weights].map(([path, layer]) => [path, shared(layer)]));
}

/** A pool of `workers` on threads of their own, whose products use one thread each. */
export async function threadPool(
  operations: readonly Operation[],
  { weights, precision }: Engine,
  native: string,
  workers: number,
  pause: () => Promise<void>,
): Promise<WorkerPool> {
  const all = inThreads(weights);
  const threads = Array.from({ length: workers }, takeThread);
  await Promise.all(
    threads.map((thread, worker) =>
      thread.ask({
        do: 'join',
        start: { operations, weights: all, precision, native, partition: { worker, workers } },
      }),
    ),
  );
  return {
    workers,
    room: (length) => allocate(length, precision),
    async all(request) {
      await pause();
      return Promise.all(threads.map((thread, worker) => thread.ask(request(worker))));
    },
    pause,
    close: async (keep) => {
      await Promise.all(threads.map((thread) => (keep ? keepThread(thread) : thread.close())));
    },
  };
}
