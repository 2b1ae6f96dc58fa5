/** How a kernel is computed where nothing else is asked for: in every command, and in the library. */
export const COMPUTE_DEFAULTS = { kind: 'ntk', precision: 'f64', backend: 'auto', native: 'auto', seed: 0 } as const;

/** What a profile has where nothing else is asked for: a value for every degree, and inputs of one number. */
export const PROFILE_DEFAULTS = { angles: 181, features: 1 } as const;
