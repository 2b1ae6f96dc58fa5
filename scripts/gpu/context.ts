import type { Devices } from './devices.js';
import type { Line } from './lines.js';
import type { Command, Step } from './step.js';

/** What a part is given. */
export interface Context {
  readonly devices: Devices;
  /** A first try: everything as small as it gets. */
  readonly quick: boolean;
  /** Rows of one's own for `ntk bench gpu`. */
  readonly data: string | null;
  /** An empty folder for files, shared by all parts. */
  readonly work: string;
  /** Folder of the repository or of the unpacked bundle. */
  readonly root: string;
  /** Seconds that are left to this part. */
  left(): number;
  /** Runs a program, for what is left to the part or for less. */
  step(command: Omit<Command, 'limitSeconds' | 'fault'> & { readonly most?: number }): Promise<Step>;
  /** The steps of a part before this one. */
  stepsOf(part: string): readonly Step[];
}

/** One part of the check. */
export interface Part {
  readonly name: string;
  /** What it does, for `--help` and the summary. */
  readonly describe: string;
  /** Seconds that it gets of 600, before it gets what others have left. */
  readonly share: number;
  /** The same where no GPU takes part: sizes are small, and shaders take long to compile. [share] */
  readonly shareOfProcessor?: number;
  /** Runs only when it is named. */
  readonly off?: true;
  run(context: Context): Promise<readonly Line[]>;
}

/** The same for at most so many seconds from now. */
export function within(context: Context, seconds: number): Context {
  const until = context.left() - seconds;
  const left = (): number => Math.max(0, Math.min(seconds, context.left() - until));
  const step: Context['step'] = ({ most = Infinity, ...rest }) =>
    context.step({ ...rest, most: Math.min(most, left()) });
  return { ...context, left, step };
}

/** Where the compiled command line and programs lie. */
export function ntk({ root }: Context, ...args: readonly string[]): readonly string[] {
  return [process.execPath, `${root}/dist/src/cli/main.js`, ...args];
}

/** A program of `scripts/gpu/programs/`. */
export function program({ root }: Context, name: string, ...args: readonly string[]): readonly string[] {
  return [process.execPath, `${root}/dist/scripts/gpu/programs/${name}.js`, ...args];
}
