import type { FigureOptions } from '../../report/figures/figure.js';
import { type ParsedArguments, parsedOf } from './parsed.js';
import { labelColumnsOf } from './table.js';
import { nonEmpty, positiveInteger } from './values.js';

/** What the flags of `ntk plot` say about the figure; undefined where they say nothing. */
export function readFigureOptions(
  args: ParsedArguments,
): Omit<FigureOptions, 'view'> & { readonly view: string | undefined } {
  return {
    view: parsedOf(args, 'figure', nonEmpty),
    x: parsedOf(args, 'x', nonEmpty),
    count: parsedOf(args, 'count', positiveInteger),
    labels: parsedOf(args, 'labels', nonEmpty),
    labelColumn: labelColumnsOf(args),
  };
}
