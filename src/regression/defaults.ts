/**
 * How a regression is made where nothing else is asked for: the ridge as a multiple of the mean diagonal; the relative residual at which
 * conjugate gradients are done (of predictions on the training rows no more is wrong), and the steps after which they give up.
 */
export const REGRESS_DEFAULTS = { ridge: 1e-6, solver: 'auto', tol: 1e-6, iterations: 1000 } as const;

/** How equations may be solved. */
export const SOLVERS = ['auto', 'cholesky', 'cg'] as const;
