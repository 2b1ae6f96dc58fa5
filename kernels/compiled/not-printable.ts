/** What is no error of a user: a task that is not printed as C, which another backend computes then; one line says why. */
export class NotPrintableError extends Error {
  override readonly name = 'NotPrintableError';
}
