/** Units of hidden layers that give none, where none are asked for. */
export const DEFAULT_WIDTH = 512;
