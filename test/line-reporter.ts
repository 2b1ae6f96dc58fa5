import { FAST } from './order/fast.js';
import { slowSuites } from './order/suites.js';

/** What a run tested, and what this machine lacks for more. */
async function missing(): Promise<readonly string[]> {
  const [{ SKIPPED }, { UNSEEN }] = await Promise.all([import('./kernels/backends.js'), import('./report/browser.js')]);
  return [...SKIPPED, ...UNSEEN].map((line) => `not tested here: ${line}`);
}

/**
 * Names the backends and the browser that this machine lacks, then prints the closing line that CI reads:
 * `N passed, N failed[, N skipped][, N suites left out]`.
 */
export default class LineReporter {
  async onRunComplete(
    _contexts: unknown,
    results: {
      numPassedTests: number;
      numFailedTests: number;
      numRuntimeErrorTestSuites: number;
      numPendingTests: number;
      numTodoTests: number;
    },
  ): Promise<void> {
    const lines = FAST ? [] : await missing();
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const left = FAST ? slowSuites().length : 0;
    const tail = `${skipped > 0 ? `, ${skipped} skipped` : ''}${left > 0 ? `, ${left} suites left out` : ''}`;
    process.once('exit', () => {
      for (const line of lines) process.stdout.write(`${line}\n`);
      process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${tail}\n`);
    });
  }
}
