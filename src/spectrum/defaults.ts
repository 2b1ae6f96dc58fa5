/** How eigenpairs are found where nothing else is asked for; `tol` in double and in single precision. */
export const EIGEN_DEFAULTS = {
  k: 20,
  which: 'largest',
  method: 'auto',
  tol: { f64: 1e-10, f32: 1e-5 },
} as const;

/** A spectral density where nothing else is asked for. */
export const DENSITY_DEFAULTS = { samples: 10, steps: 60, points: 200, block: 1 } as const;

/** Highest degree of a spectrum on the sphere where none is asked for. */
export const DEFAULT_DEGREE = 60;
