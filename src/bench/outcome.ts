import type { BENCH_RECORDS, BenchFields } from '../report/records/bench.js';

/** What a benchmark returns: fields for the record, and the table for people. */
export interface BenchOutcome<N extends keyof typeof BENCH_RECORDS> {
  readonly result: BenchFields<N>;
  readonly text: string;
}
