/** Seconds since the process started: the clock of stages in records. */
export const now = (): number => performance.now() / 1000;
