/** A fit where nothing else is asked for. */
export const FIT_DEFAULTS = {
  /** What is fitted. */
  to: 'laplace',
  /** Angles of the curves: every half degree. */
  angles: 361,
  /** Bins of the curves of pairs. */
  bins: 60,
} as const;
