import { z } from 'zod';
import { commonOf, type Described } from './common.js';

/** Record of `ntk plot`. */
export const plotRecord = z.object({
  ...commonOf('plot'),
  out: z.string().describe('the figure'),
  data: z.string().nullable().describe('csv of the plotted numbers; null without'),
  title: z.string().describe('its title'),
  curves: z.array(z.string()).describe('names of the curves in it, or of the matrix'),
});

/** Record of `ntk plot`. */
export type PlotRecord = Described<typeof plotRecord>;
