/** Prints the closing line that CI reads, after all other output: `N passed, N failed[, N skipped]`. */
export default class LineReporter {
  onRunComplete(
    _contexts: unknown,
    results: {
      numPassedTests: number;
      numFailedTests: number;
      numRuntimeErrorTestSuites: number;
      numPendingTests: number;
      numTodoTests: number;
    },
  ): void {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const tail = skipped > 0 ? `, ${skipped} skipped` : '';
    process.once('exit', () => process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${tail}\n`));
  }
}
