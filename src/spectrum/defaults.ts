/** How eigenpairs are found where nothing else is asked for. */
export const EIGEN_DEFAULTS = {
  /** How many. */
  k: 20,
  /** End of the spectrum. */
  which: 'largest',
  /** How they are found. */
  method: 'auto',
  /** Residual over the norm of the matrix at which a pair is done. */
  tol: {
    /** In double precision. */
    f64: 1e-10,
    /** In single precision. */
    f32: 1e-5,
  },
} as const;

/** A spectral density where nothing else is asked for. */
export const DENSITY_DEFAULTS = {
  /** Random vectors. */
  samples: 10,
  /** Lanczos steps of each. */
  steps: 60,
  /** Points at which it is given. */
  points: 200,
  /** Vectors that one product takes at once. */
  block: 1,
} as const;

/** Highest degree of a spectrum on the sphere where none is asked for. */
export const DEFAULT_DEGREE = 60;

/** Highest degree of a spectrum on a product of spheres where none is asked for. */
export const DEFAULT_MULTISPHERE_DEGREE = 8;
