/** Units of hidden layers that give none, where none are asked for. */
export const DEFAULT_WIDTH = 512;

/** Networks whose receptive field is measured, where none are asked for. */
export const FIELD_SEEDS = 10;
