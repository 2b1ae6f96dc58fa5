/** An object of a JSON file. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value of a JSON file is an object. */
export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
