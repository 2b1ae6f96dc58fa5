/** What two runs of one command may differ in, each with its reason: nothing else is left out of a comparison. */

/**
 * Fields of records by their path, list indices written as `[]`; `unless`: a field beside it that, where equal, makes
 * it count.
 */
export const IGNORED_FIELDS: readonly { readonly field: RegExp; readonly reason: string; readonly unless?: string }[] =
  [
    {
      field: /(^|\.)(seconds|analyticSeconds)$/,
      reason: 'time of the run, or a forecast from what the process was seen to do',
    },
    { field: /(^|\.)stages\.\w+$/, reason: 'time of a stage; that there is one is compared' },
    { field: /(^|\.)networkSeconds\[\]$/, reason: 'time of a network' },
    { field: /(^|\.)peakMemoryBytes$/, reason: 'memory of the process, as the system counts it' },
    { field: /(^|\.)plan\.(widths\[\]\.)?memoryBytes$/, reason: 'counts what the process held when the plan was made' },
    { field: /^version$/, reason: 'version of the engine' },
    { field: /^backends\[\]\.gflops\.\w+$/, reason: 'speed, measured' },
    {
      field: /(^|\.)recomputed\.(entries|difference|tolerance)$/,
      reason: 'as many entries as the time allows; the same number gives the same difference, which then counts',
      unless: 'entries',
    },
  ];

/** Entries of arrays by file and member, which hold the same. */
export const IGNORED_ENTRIES: readonly {
  readonly array: RegExp;
  readonly entries: readonly number[];
  readonly reason: string;
}[] = [
  { array: /pairs\/w\d+-s\d+\.npz, facts$/, entries: [0], reason: 'time of a network' },
  { array: /pairs\/analytic\.npz, recomputed$/, entries: [0, 1, 2], reason: 'as many entries as the time allows' },
];

/**
 * Parts of texts, pages and PDF files that stand for a time, a speed or memory, and what is written in their place
 * before they are compared.
 */
export const MASKED_TEXTS: readonly { readonly text: RegExp; readonly instead: string; readonly reason: string }[] = [
  { text: / *\b\d+(\.\d+)? (ns|us|ms|s|min|h)\b/g, instead: ' TIME', reason: 'time, with the blanks that align it' },
  { text: /\b\d+(\.\d+)? ([kMG] )?entries\/s/g, instead: 'SPEED', reason: 'speed of the run' },
  {
    text: /\b\d+(\.\d+)? [KMG]iB(?= at the peak| of \d)/g,
    instead: 'MEMORY',
    reason: 'counts what the process held when the plan was made',
  },
  {
    text: /<dt>(seconds|peakMemoryBytes|version)<\/dt><dd>[^<]*/g,
    instead: '<dt>$1</dt><dd>',
    reason: 'fields of the record on a page',
  },
  { text: /\bntk-engine \d+\.\d+\.\d+/g, instead: 'ntk-engine', reason: 'version of the engine, on a page' },
  { text: /\(D:\d{14}Z\)/g, instead: 'DATE', reason: 'date of a PDF file' },
  { text: /\/ID \[<\w+> <\w+>\]/g, instead: 'ID', reason: 'made from the date of a PDF file' },
];

/** Whether a field of a record is left out; `beside(name)`: whether both have the same in a field beside it. */
export function isIgnored(path: string, beside: (name: string) => boolean): boolean {
  const plain = path.replace(/\[\d+\]/g, '[]');
  const entry = IGNORED_FIELDS.find(({ field }) => field.test(plain));
  return entry !== undefined && (entry.unless === undefined || !beside(entry.unless));
}

/** Whether an entry of an array is left out. */
export function isIgnoredEntry(array: string, index: number): boolean {
  return IGNORED_ENTRIES.some((one) => one.array.test(array) && one.entries.includes(index));
}

/** A text with a fixed word for everything that changes from run to run. */
export function masked(text: string): string {
  return MASKED_TEXTS.reduce((rest, { text: pattern, instead }) => rest.replace(pattern, instead), text);
}
