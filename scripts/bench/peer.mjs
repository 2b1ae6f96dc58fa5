/**
 * A program that computes one case again and again, as it is told: it says `{"program": ..}` when it is ready, compiled and warm, then
 * answers each line that it reads with `{"seconds": .., "entries": ..}`. So programs take turns, run by run, and none starts anew.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Starts a program on a job; the promise is of its first words and of what asks it for a run. */
export async function startPeer({ name, command }, job) {
  const env = { ...process.env, JAX_PLATFORMS: 'cpu', TF_CPP_MIN_LOG_LEVEL: '3' };
  const child = spawn(command[0], [...command.slice(1), job], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes) => {
    said = `${said}${bytes}`.slice(-10_000);
  });
  const ended = new Promise((_, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const last = said.trim().split('\n').at(-1);
      reject(new Error(`${name} ended with code ${code}: ${last}`));
    });
  });
  ended.catch(() => undefined);
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const never = new Promise(() => undefined);
  const answer = async () => {
    for (;;) {
      const { value, done } = await Promise.race([lines.next(), ended]);
      // What libraries print by themselves is no answer; the end of the output comes shortly before that of the program.
      if (done) await Promise.race([never, ended]);
      else if (value.startsWith('{')) return JSON.parse(value);
    }
  };
  const { program } = await answer();
  const run = () => {
    child.stdin.write('run\n');
    return answer();
  };
  return { name, program, run, stop: () => child.stdin.end() };
}
