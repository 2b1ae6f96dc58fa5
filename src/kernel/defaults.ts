/** How a kernel is computed where nothing else is asked for: in every command, and in the library. */
export const COMPUTE_DEFAULTS = {
  /** Which kernel of a network. */
  kind: 'ntk',
  /** Number format. */
  precision: 'f64',
  /** What computes. */
  backend: 'auto',
  /** BLAS library. */
  native: 'auto',
  /** Seed where chance is involved. */
  seed: 0,
} as const;

/** What a profile has where nothing else is asked for. */
export const PROFILE_DEFAULTS = {
  /** A value for every degree. */
  angles: 181,
  /** Numbers in an input. */
  features: 1,
} as const;
