/**
 * Names the backends and the browser that this machine lacks, then prints the closing line that CI reads:
 * `N passed, N failed[, N skipped]`.
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
    const [{ SKIPPED }, { UNSEEN }] = await Promise.all([
      import('./kernels/backends.js'),
      import('./report/browser.js'),
    ]);
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const tail = skipped > 0 ? `, ${skipped} skipped` : '';
    process.once('exit', () => {
      for (const line of [...SKIPPED, ...UNSEEN]) process.stdout.write(`not tested here: ${line}\n`);
      process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${tail}\n`);
    });
  }
}
