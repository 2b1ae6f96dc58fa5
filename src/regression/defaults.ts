/** How a regression is made where nothing else is asked for. */
export const REGRESS_DEFAULTS = {
  /** As a multiple of the mean diagonal. */
  ridge: 1e-6,
  /** What solves the equations. */
  solver: 'auto',
  /** Relative residual at which conjugate gradients are done: of predictions on the training rows no more is wrong. */
  tol: 1e-6,
  /** Steps after which they give up. */
  iterations: 1000,
} as const;

/** How equations may be solved. */
export const SOLVERS = ['auto', 'cholesky', 'cg'] as const;
