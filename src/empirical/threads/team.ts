import { allocate, type FloatArray, inSharedMemory, type Precision } from '../../data/array.js';
import { type Engine, zeros } from '../../network/engine.js';
import type { LayerWeights, Weights } from '../../network/weights.js';
import { ownFile } from '../../platform/own-files.js';
import { startThread, type Thread } from '../../platform/thread.js';
import type { Operation } from '../../vocabulary/operations.js';
import { Member, type MemberAnswer, type MemberRequest } from './member.js';
import { ALONE, type Turn } from './turn.js';

/** Who computes a kernel: each member has some examples of every block, and some panels of every product. */
export interface Team {
  /** How many they are. */
  readonly members: number;
  /** Array that all members can write. */
  room(length: number): FloatArray;
  /** Asks every member, and waits for all; answers in their order. */
  all(request: (member: number) => MemberRequest): Promise<readonly MemberAnswer[]>;
  /** Lets signals through, and throws where the work was interrupted. */
  pause(): Promise<void>;
  /** Stops them, or keeps their threads for the next team, for a while: only where all work is done. */
  close(keep: boolean): Promise<void>;
}

/** What a thread is started with. */
export interface MemberStart {
  readonly operations: readonly Operation[];
  readonly weights: Weights;
  readonly precision: Precision;
  /** `off`, or as the native library was loaded. */
  readonly native: string;
  readonly turn: Turn;
}

/** A team of one, on the calling thread; `pause` is awaited between pieces of work. */
export function localTeam(operations: readonly Operation[], engine: Engine, pause: () => Promise<void>): Team {
  const member = new Member(operations, engine, ALONE, pause);
  return {
    members: 1,
    room: (length) => zeros(engine, length),
    async all(request) {
      await pause();
      return [await member.answer(request(0))];
    },
    pause,
    close: async () => undefined,
  };
}

/** What a thread is asked: to join a team, to leave it, and between the two to work. */
export type ThreadRequest =
  | { readonly do: 'join'; readonly start: MemberStart }
  | { readonly do: 'leave' }
  | MemberRequest;

type MemberThread = Thread<ThreadRequest, MemberAnswer>;

/** Milliseconds after which a thread that belongs to no team is stopped. */
const PATIENCE = 3000;

/** Threads that wait for a team: what they ran before is compiled, which the next run is spared. */
const idle: MemberThread[] = [];

function takeThread(): MemberThread {
  return idle.pop() ?? startThread(ownFile('dist/src/empirical/threads/worker.js'), {});
}

async function keepThread(thread: MemberThread): Promise<void> {
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

/** A team of `members` on threads of their own, whose products use one thread each. */
export async function threadTeam(
  operations: readonly Operation[],
  { weights, precision }: Engine,
  native: string,
  members: number,
  pause: () => Promise<void>,
): Promise<Team> {
  const all = inThreads(weights);
  const threads = Array.from({ length: members }, takeThread);
  await Promise.all(
    threads.map((thread, member) =>
      thread.ask({ do: 'join', start: { operations, weights: all, precision, native, turn: { member, members } } }),
    ),
  );
  return {
    members,
    room: (length) => allocate(length, precision),
    async all(request) {
      await pause();
      return Promise.all(threads.map((thread, member) => thread.ask(request(member))));
    },
    pause,
    close: async (keep) => {
      await Promise.all(threads.map((thread) => (keep ? keepThread(thread) : thread.close())));
    },
  };
}
