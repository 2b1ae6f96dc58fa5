/** Ridge where none is given, as a multiple of the mean diagonal. */
export const DEFAULT_RIDGE = 1e-6;

/** Relative residual at which conjugate gradients are done: of predictions on the training rows no more is wrong. */
export const DEFAULT_TOLERANCE = 1e-6;

/** Steps of conjugate gradients before they give up. */
export const DEFAULT_ITERATIONS = 1000;

/** How equations may be solved. */
export const SOLVERS = ['auto', 'cholesky', 'cg'] as const;
