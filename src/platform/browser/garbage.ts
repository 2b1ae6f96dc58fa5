/** Browsers collect when they see fit. */
export function collectGarbage(): void {}
