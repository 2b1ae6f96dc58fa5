import { z } from 'zod';
import { commonOf, type Described, numbers, presetFlags, singleKind } from './common.js';

/** One curve of a profile. */
export const profileCurve = z.object({
  name: z.string().describe('short label, different for each curve of the record'),
  arch: z.string().describe('as given to `--arch`'),
  ...presetFlags('flags of the preset, those that were given'),
  halfAngle: z
    .number()
    .nullable()
    .describe(
      'angle at which the kernel has fallen half-way from 1 to its value at pi: small is spiky; null where it does ' +
        'not fall',
    ),
});

/** The normalised kernel against the angle between two inputs. */
const result = {
  kind: singleKind.describe('`ntk` or `nngp`'),
  angles: numbers.describe('radians, ascending from 0 to pi'),
  curves: z.array(profileCurve).describe('one object for each curve'),
  values: z.array(numbers).describe('one row for each curve: K / sqrt(K(x,x) K(z,z)) at each angle'),
};

/** Record of `ntk profile`. */
export const profileRecord = z.object({ ...commonOf('profile'), ...result });

const alone = z.object(result);

/** Result of `ntk profile`: the record without the fields that all have. */
export type ProfileResult = Described<typeof alone>;

/** Record of `ntk profile`. */
export type ProfileRecord = Described<typeof profileRecord>;
