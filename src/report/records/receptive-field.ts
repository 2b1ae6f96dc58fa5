import { z } from 'zod';
import { commonOf, type Described, numbers, presetFlags, singleKind } from './common.js';

/** Numbers of the pixels of a sequence, or rows of them of an image. */
export const pixels = z.union([numbers, z.array(numbers)]);

/** What networks of finite width show. */
export const finiteField = z.object({
  width: z.number().describe('`--width`'),
  seeds: z.number().describe('networks that were drawn, each with an input of its own'),
  field: pixels.describe('mean square gradient of the output by each pixel, along its sphere, as a share of all'),
  errors: pixels.nullable().describe('standard errors of these shares; null for one network'),
  spread: numbers.describe('standard deviation of `field` on each axis'),
  peak: z.number().describe('largest share'),
  limit: z
    .object({ field: pixels, spread: numbers, peak: z.number() })
    .describe('`field`, `spread` and `peak` of the NNGP, which it tends to as the width grows'),
  distance: z.number().describe('half the sum of |differences| of `field` and `limit.field`: from 0 to 1'),
  expected: z.number().nullable().describe('what chance alone would give for `distance`; null for one network'),
});

/** Facts of one receptive field. */
const facts = {
  field: pixels.describe('share of each pixel in d K / d t_i at t = 1; they add up to 1. A list, or rows of an image'),
  derivative: z
    .enum(['exact', 'leading'])
    .describe('`exact`; `leading`: the derivative is infinite, and these are the limit of its shares as t goes to 1'),
  decay: z
    .object({ exponent: z.number(), factor: z.number().nullable() })
    .describe('1 - K / K(1) ~ `factor` eps^`exponent` where all cosines are 1 - eps; `factor` null beyond a double'),
  spread: numbers.describe('standard deviation of the field on each axis, in pixels, about its mean'),
  peak: z.number().describe('largest share'),
};

/** The receptive field of one kernel. */
export const fieldRow = z.object({
  name: z.string().describe('short label, different for each row of the record'),
  arch: z.string().describe('as given to `--arch`'),
  ...presetFlags('flags of the preset, those that were given'),
  ...facts,
  at: numbers.describe('the pixel of the input that the output stands over; offsets count from it'),
  grid: numbers.describe('positions that are left at the readout'),
  read: numbers.describe('the one of them that is read, `--at`'),
  circular: z.array(z.boolean()).describe('axes on which windows reach round the end: offsets there go both ways'),
  replaced: z
    .array(z.string())
    .describe('readouts that reading one position took the place of: `flatten`, `globalAvgPool`'),
  finite: finiteField.optional().describe('what networks of finite width show, with `--width`'),
});

/** Receptive fields, a row a kernel. */
const result = {
  kind: singleKind.describe('`ntk` or `nngp`'),
  input: numbers.describe('shape of one input, channels last'),
  seed: z.number().optional().describe('seed of the first network, with `--width`'),
  rows: z.array(fieldRow).describe('one object for each kernel'),
};

const top = z.object(facts);

/** Record of `ntk receptive-field`; of a single kernel its fields stand beside `rows` as well. */
export const receptiveFieldRecord = z.object({
  ...commonOf('receptive-field'),
  ...result,
  ...top.partial().shape,
});

const alone = z.object(result);

/** Numbers of pixels: a list, or rows of an image. */
export type Pixels = Described<typeof pixels>;

/** The field of one kernel of a record. */
export type FieldRow = Described<typeof fieldRow>;

/** What networks of finite width show, in a record. */
export type FiniteFieldRow = Described<typeof finiteField>;

/** Result of `ntk receptive-field`. */
export type ReceptiveFieldResult = Described<typeof alone>;

/** Fields that stand beside `rows` in a record of one kernel. */
export type FieldFacts = Described<typeof top>;

/** Record of `ntk receptive-field`. */
export type ReceptiveFieldRecord = Described<typeof receptiveFieldRecord>;
