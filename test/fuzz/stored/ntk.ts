import { COMMANDS } from '../../../src/cli/commands/index.js';
import { explain } from '../../../src/cli/exit.js';
import { underFlags } from '../../../src/cli/flag-errors.js';
import { parse } from '../../../src/cli/parse.js';

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Takes what a stream is given instead of printing it. */
function taken(stream: NodeJS.WriteStream): { readonly text: () => string; readonly giveBack: () => void } {
  const write = stream.write;
  const parts: string[] = [];
  stream.write = ((part: string | Uint8Array, ...more: readonly unknown[]) => {
    parts.push(typeof part === 'string' ? part : Buffer.from(part).toString());
    const done = more.find((each) => typeof each === 'function');
    if (typeof done === 'function') done();
    return true;
  }) as typeof stream.write;
  return {
    text: () => parts.join(''),
    giveBack: () => {
      stream.write = write;
    },
  };
}

/** Runs a command in this process, as `ntk` does in its own. */
export async function ntk(name: 'eigs' | 'regress', argv: readonly string[]): Promise<Outcome> {
  const entry = COMMANDS[name];
  if (entry.load === undefined) throw new Error(`${name} comes later`);
  const command = await entry.load();
  const [out, err] = [taken(process.stdout), taken(process.stderr)];
  const end = (code: number, message = ''): Outcome => ({ code, stdout: out.text(), stderr: err.text() + message });
  try {
    const args = await parse(name, command, argv);
    if (args === null) return end(0);
    const context = { signal: new AbortController().signal, command: name };
    return end(await command.run(args, context));
  } catch (error) {
    const { code, message } = explain(underFlags(error, command.flags), false);
    return end(code, code === 1 && error instanceof Error ? `${message}\n${error.stack}` : message);
  } finally {
    out.giveBack();
    err.giveBack();
  }
}
