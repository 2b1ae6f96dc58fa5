import { EXIT } from './exit.js';

/**
 * A signal that SIGINT and SIGTERM abort. The first asks the work to stop and clean up; the second ends the process.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
