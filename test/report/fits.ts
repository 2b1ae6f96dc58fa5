import type { z } from 'zod';
import { BENCH_RECORDS } from '../../src/report/records/bench.js';
import { RECORDS } from '../../src/report/records/index.js';
import { expect } from '../jest.js';

/** Expects a record to have every field of its schema, of its type, and no other. */
export function fits(record: unknown, schema: z.ZodType): void {
  // Fields that a schema does not know are not in what it returns.
  expect(schema.parse(record)).toEqual(record);
}

/** Expects what a command printed or wrote to fit the schema of its record. */
export function fitsRecord(text: string, name: keyof typeof RECORDS): void {
  fits(JSON.parse(text), RECORDS[name]);
}

/** Expects what `ntk bench` printed to fit the schema of the record of this benchmark. */
export function fitsBench(text: string, name: keyof typeof BENCH_RECORDS): void {
  fits(JSON.parse(text), BENCH_RECORDS[name]);
}
