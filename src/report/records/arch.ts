import { z } from 'zod';
import { commonOf, type Described } from './common.js';

/** Record of `ntk arch`. */
export const archRecord = z.object({
  ...commonOf('arch'),
  description: z.array(z.string()).optional().describe('with `--describe`: the lines of the text'),
});

/** Record of `ntk arch`. */
export type ArchRecord = Described<typeof archRecord>;
