import { EXIT } from './exit.js';

/** What asks the work to stop: the keyboard, a scheduler, and a terminal that is closed. */
const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Node gives up what `nohup` asked of it, but shells name the command that they started. */
const isUnderNohup = (): boolean => /(^|\/)nohup$/.test(process.env._ ?? '');

/**
 * A signal that SIGINT, SIGTERM and SIGHUP abort. The first asks the work to stop and clean up; the second ends the
 * process.
 *
 * Under `nohup` SIGHUP is ignored.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  for (const signal of STOPPING) {
    process.on(signal, signal === 'SIGHUP' && isUnderNohup() ? () => undefined : stop);
  }
  return controller.signal;
}
