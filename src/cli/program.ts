import { dispatch } from './dispatch.js';
import { reportError } from './exit.js';
import { endQuietlyOnClosedPipe } from './print.js';
import { abortOnSignals } from './signals.js';

/** Runs the command line of this process, whose exit code it sets. */
export async function runProgram(): Promise<void> {
  endQuietlyOnClosedPipe();
  const signal = abortOnSignals();
  try {
    process.exitCode = await dispatch(process.argv.slice(2), signal);
  } catch (error) {
    process.exitCode = reportError(error, signal.aborted);
  }
}
