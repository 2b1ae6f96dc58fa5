import { z } from 'zod';
import { commonOf, type Described, gaps, numbers, presetFlags, singleKind } from './common.js';

/** How a kernel behaves at t = 1 and t = -1. */
export const endpoints = z.object({
  nu: z.number().nullable(),
  c1: z.number().nullable(),
  cm: z.number().nullable(),
});

/** The exponent fitted to eigenvalues. */
export const fit = z.object({
  exponent: z.number(),
  deviation: z.number(),
  from: z.number(),
  to: z.number(),
  degrees: z.number(),
});

/** Facts of one kernel on the sphere. */
const facts = {
  eigenvalues: numbers.describe('one for each degree; uniform probability measure'),
  errorBounds: numbers.describe('bounds of their errors'),
  method: z
    .array(z.enum(['quadrature', 'series']))
    .describe('`quadrature` or `series`, for each degree: the one with the smaller bound'),
  exponent: z
    .number()
    .nullable()
    .describe(
      'd + 2 nu - 1: eigenvalues fall like degree^-exponent; null for a smooth kernel, and for networks with elu',
    ),
  endpoints: endpoints.describe(
    '`nu`, `c1`, `cm`: K is a polynomial plus c1 (1-t)^nu near t = 1, plus cm (1+t)^nu near t = -1',
  ),
  predicted: gaps.describe(
    'what these constants predict for each degree: (c1 + cm) or (c1 - cm) times the eigenvalue of (1-t)^nu; null ' +
      'where there is none',
  ),
  fit: fit
    .nullable()
    .describe(
      'exponent fitted to the computed eigenvalues: `exponent`, its standard error `deviation`, the range `from` ' +
        '`to`, and the number of `degrees`; null where too few stand above their bounds',
    ),
  trace: z
    .object({
      computed: z.number(),
      tail: z.number().nullable(),
      diagonal: z.number(),
      bound: z.number().nullable(),
    })
    .describe(
      '`computed`: sum of multiplicity times eigenvalue; `tail`: the rest, as predicted; `diagonal`: K(x,x); ' +
        '`bound` of the difference',
    ),
};

/** The spectrum of one kernel. */
export const sphereRow = z.object({
  name: z.string().describe('short label, different for each row of the record'),
  arch: z.string().describe('as given to `--arch`'),
  ...presetFlags('flags of the preset, those that were given'),
  ...facts,
});

/** Eigenvalues on the unit sphere by degree, a row a kernel. */
const result = {
  kind: singleKind.describe('`ntk` or `nngp`'),
  normalized: z.boolean().describe('whether eigenvalues are those of K / K(x,x)'),
  dim: z.number().describe('d: inputs lie on the unit sphere in R^d'),
  degrees: numbers.describe('0 to the highest degree'),
  multiplicities: gaps.describe('dimension of the space of harmonics of each degree; null above 1e308'),
  rows: z.array(sphereRow).describe('one object for each kernel'),
};

const top = z.object(facts);

/** Record of `ntk sphere`; of a single kernel its fields stand beside `rows` as well. */
export const sphereRecord = z.object({
  ...commonOf('sphere'),
  ...result,
  ...top.partial().shape,
});

const alone = z.object(result);

/** The spectrum of one kernel of a record. */
export type SphereRow = Described<typeof sphereRow>;

/** Result of `ntk sphere`. */
export type SphereResult = Described<typeof alone>;

/** Fields that stand beside `rows` in a record of one kernel. */
export type SphereFacts = Described<typeof top>;

/** Record of `ntk sphere`. */
export type SphereRecord = Described<typeof sphereRecord>;
