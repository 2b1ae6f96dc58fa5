/** What became of one thing that was tried. */
export type Verdict = 'ok' | 'MISSED' | 'failed' | 'skipped' | 'shown';

/** One thing that was tried: a row of the summary. */
export interface Line {
  /** What was tried. */
  readonly what: string;
  /** The backend or program that did it; empty where there is none. */
  readonly on: string;
  /** `f64` or `f32`; empty where it does not matter. */
  readonly precision: string;
  /** The measurement, where there is one. */
  readonly value: number | null;
  /** The measurement in words. */
  readonly result: string;
  /** What it is held to, or in brackets what a GPU would be; empty where it is only shown. */
  readonly limit: string;
  readonly verdict: Verdict;
  /** What a reader of the table must know. */
  readonly why?: string;
  /** How it was measured, for readers of the file. */
  readonly how?: string;
}

/** What a line is about. */
export type Tried = Pick<Line, 'what'> & Partial<Pick<Line, 'on' | 'precision'>>;

/** What a line tells beside its number. */
export interface Told {
  /** The number in words. */
  readonly result?: string;
  readonly unit?: string;
  readonly limit?: string;
  readonly why?: string | undefined;
  readonly how?: string | undefined;
}

/** Digits of a measurement for people. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0 || (Number.isInteger(value) && size < 1e6)) return String(value);
  if (size < 1e-2 || size >= 1e6) return value.toExponential(1).replace('.0e', 'e');
  return size >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** A limit as `measured` takes it. */
export const atMost = (bound: number): string => `<= ${shortNumber(bound)}`;

/** Whether a value keeps a limit such as `<= 1.5`; NaN keeps none. */
export function keeps(value: number | null, limit: string): boolean {
  const [sign, bound] = limit.split(' ');
  if (value === null) return false;
  return sign === '<=' ? value <= Number(bound) : value >= Number(bound);
}

const BLANK = { on: '', precision: '' };

/** A measurement: held to its limit, or shown where there is none. What could not be computed is null in JSON. */
export function measured(tried: Tried, value: number | null, told: Told = {}): Line {
  const { unit = '', limit = '', why, how } = told;
  const number = value === null ? 'no number' : `${shortNumber(value)} ${unit}`.trim();
  const verdict: Verdict = limit === '' ? 'shown' : keeps(value, limit) ? 'ok' : 'MISSED';
  const line = { ...BLANK, ...tried, value, result: told.result ?? number, limit, verdict };
  return { ...line, ...(why === undefined ? {} : { why }), ...(how === undefined ? {} : { how }) };
}

/** A measurement that a GPU would be held to; on a processor it is shown, with that limit in brackets. */
export function judgedOnGpu(tried: Tried, value: number | null, gpu: boolean, told: Told): Line {
  if (gpu || told.limit === undefined || told.limit === '') return measured(tried, value, told);
  return { ...measured(tried, value, { ...told, limit: '' }), limit: `(${told.limit})` };
}

/** Something that is told without a number. */
export function shown(tried: Tried, result: string, why?: string): Line {
  const line = { ...BLANK, ...tried, value: null, result, limit: '', verdict: 'shown' as const };
  return { ...line, ...(why === undefined ? {} : { why }) };
}

/** Something that could not be done. */
export function undone(tried: Tried, verdict: 'failed' | 'skipped', why: string): Line {
  return { ...BLANK, ...tried, value: null, result: '', limit: '', verdict, why };
}
