/** Eigenvectors in a figure where none are asked for. */
export const DEFAULT_VECTORS = 4;
