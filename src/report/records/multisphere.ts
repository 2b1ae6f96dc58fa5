import { z } from 'zod';
import { commonOf, type Described, numbers, presetFlags, singleKind } from './common.js';
import { fit } from './sphere.js';

/** Eigenvalues along a line of frequencies. */
export const multisphereLine = z.object({
  name: z
    .enum(['axis', 'neighbour', 'diagonal'])
    .describe('`axis`: (k, 0, ...), `neighbour`: (0, k, 0, ...), `diagonal`: (k, ..., k) over `dependsOn`'),
  direction: numbers.describe('the frequency of degree 1: 1 where the degree stands, else 0'),
  degrees: numbers.describe('0 to the highest degree'),
  eigenvalues: numbers.describe('one for each degree'),
  errorBounds: numbers.describe('bounds of their errors'),
  predicted: z
    .object({ slowest: z.number(), fastest: z.number().nullable() })
    .nullable()
    .describe(
      'of ReLU networks: eigenvalues fall like k^-e with e at least `slowest`, and at most `fastest` (null where the ' +
        'first nonlinearity sees more than one position: then that is not proved); null for other networks',
    ),
  fit: fit
    .nullable()
    .describe(
      'exponent fitted to the computed eigenvalues: `exponent`, its standard error `deviation`, the range `from` ' +
        '`to`, and the number of `degrees`; null where too few stand above their bounds',
    ),
});

/** Facts of one kernel on a product of spheres. */
const facts = {
  eigenvalues: numbers.describe('one for each frequency; uniform probability measure'),
  errorBounds: numbers.describe('bounds of their errors'),
  dependsOn: numbers.describe(
    'places in a frequency, from 0, of the positions that the kernel depends on; eigenvalues with a degree elsewhere ' +
      'are 0',
  ),
  lines: z.array(multisphereLine).describe('eigenvalues along lines of frequencies, with their decay'),
  trace: z
    .object({ computed: z.number(), tail: z.number(), diagonal: z.number(), bound: z.number() })
    .describe(
      '`computed`: sum of multiplicity times eigenvalue; `tail`: the rest, extrapolated from the sums over cubes of ' +
        'frequencies alone; `diagonal`: K(x,x); `bound` of the difference',
    ),
  nodes: z.number().describe('nodes of the finest grid on each axis'),
};

/** The spectrum of one kernel. */
export const multisphereRow = z.object({
  name: z.string().describe('short label, different for each row of the record'),
  arch: z.string().describe('as given to `--arch`'),
  ...presetFlags('flags of the preset, those that were given'),
  ...facts,
});

/** Eigenvalues on a product of spheres by frequency, a row a kernel. */
const result = {
  kind: singleKind.describe('`ntk` or `nngp`'),
  normalized: z.boolean().describe('whether eigenvalues are those of K / K(x,x)'),
  dim: z.number().describe('C0: every position holds a unit vector in R^C0'),
  positions: z.number().describe('P: positions of an input'),
  maxDegree: z.number().describe('`--max-degree`'),
  frequencies: z
    .array(numbers)
    .describe(
      '(k_1, ..., k_P), the last degree running fastest; k_1 that of the position which the network reads (of all: ' +
        'position 0), then going round. Each degree up to `maxDegree`; where these are more than 100,000, their sum',
    ),
  multiplicities: numbers.describe('dimension of the space of products of harmonics of each frequency'),
  rows: z.array(multisphereRow).describe('one object for each kernel'),
};

const top = z.object(facts);

/** Record of `ntk sphere --positions`; of a single kernel its fields stand beside `rows` as well. */
export const multisphereRecord = z.object({
  ...commonOf('sphere'),
  ...result,
  ...top.partial().shape,
});

const alone = z.object(result);

/** The spectrum of one kernel of a record. */
export type MultisphereRow = Described<typeof multisphereRow>;

/** Result of `ntk sphere --positions`. */
export type MultisphereResult = Described<typeof alone>;

/** Fields that stand beside `rows` in a record of one kernel. */
export type MultisphereFacts = Described<typeof top>;

/** Record of `ntk sphere --positions`. */
export type MultisphereRecord = Described<typeof multisphereRecord>;
