/** Networks of each width where none are asked for. */
export const DEFAULT_SEEDS = 10;

/** Leading eigenvalues where none are asked for. */
export const DEFAULT_LEADING = 10;
