/** Eigenpairs of a kernel where none are asked for. */
export const DEFAULT_PAIRS = 20;
