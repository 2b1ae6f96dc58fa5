/** What several outputs become where nothing else is asked for: the mean over them. */
export const DEFAULT_CONTRACT = 'trace';
