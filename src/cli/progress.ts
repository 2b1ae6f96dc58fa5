import type { Progress } from '../kernel/types.js';
import { countText, secondsText } from '../report/text/units.js';
import type { ParsedArguments } from './options/parsed.js';

/** A bar that shows how far a computation has come. */
export interface ProgressBar {
  /** `note` follows what is left. */
  readonly update: (progress: Progress, note?: string) => void;
  readonly stop: () => void;
}

/** Seconds before a bar appears: short work shows none. */
const PATIENCE = 0.5;

/** Whether progress is wanted: on a terminal, unless a flag says otherwise. */
export function wantsProgress(args: ParsedArguments): boolean {
  if (args.switches.has('no-progress')) return false;
  return args.switches.has('progress') || process.stderr.isTTY === true;
}

/** A bar on stderr with rate and remaining time; where stderr is no terminal (`--progress`), a line now and then. */
export async function openProgress(patient: boolean, unit = 'entries'): Promise<ProgressBar> {
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: `  {bar} {percentage}%  {rate} ${unit}/s  {remaining} left{note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 2000,
    clearOnComplete: process.stderr.isTTY === true,
    gracefulExit: false,
  });
  const start = performance.now();
  let shown = false;
  return {
    update: ({ done, total, rate, remaining }, note = '') => {
      if (!shown && patient && performance.now() - start < PATIENCE * 1000) return;
      const payload = { rate: countText(rate), remaining: secondsText(remaining), note };
      if (shown) bar.update(done, payload);
      else bar.start(total, done, payload);
      shown = true;
    },
    stop: () => {
      if (shown) bar.stop();
    },
  };
}

/** What a bar counts, and what it says behind the time that is left. */
export interface ProgressWords<P extends Progress> {
  readonly unit?: string;
  readonly note?: (progress: P) => string;
}

/** Work gets what to call with its progress; nothing where no bar is wanted. */
export interface Watched<P extends Progress> {
  readonly onProgress?: (progress: P) => void;
}

/** Does some work with a bar on stderr, where one is wanted; it is gone before anything else is said. */
export async function underProgress<T, P extends Progress = Progress>(
  args: ParsedArguments,
  work: (watched: Watched<P>) => Promise<T>,
  { unit, note = () => '' }: ProgressWords<P> = {},
): Promise<T> {
  if (!wantsProgress(args)) return work({});
  const bar = await openProgress(!args.switches.has('progress'), unit);
  try {
    return await work({ onProgress: (progress) => bar.update(progress, note(progress)) });
  } finally {
    bar.stop();
  }
}
