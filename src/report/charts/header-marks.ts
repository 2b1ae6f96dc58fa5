import * as Plot from '@observablehq/plot';
import { type FigureLayout, INK, type KeyEntry } from './chart.js';
import type { Scale } from './frame.js';
import { placedKey, SAMPLE, TITLE_SIZE, titleLines } from './header.js';
import { FAINT, markStyle } from './mark-style.js';

interface Places {
  readonly x: Pick<Scale, 'value'>;
  readonly y: Pick<Scale, 'value'>;
}

/** Title and key, placed by pixels on whatever the axes measure. */
export function headerMarks(
  key: readonly KeyEntry[],
  title: string,
  layout: FigureLayout,
  { x, y }: Places,
): Plot.Markish[] {
  const at = (left: number, top: number): { readonly x: number; readonly y: number } => ({
    x: x.value(left),
    y: y.value(top),
  });
  const text = { x: 'x', y: 'y', text: 'text', textAnchor: 'start', fill: INK } as const;
  const lines = titleLines(title, layout).map((line) => ({ text: line.text, ...at(line.x, line.y) }));
  const samples = placedKey(title, key, layout);
  return [
    Plot.text(lines, { ...text, fontSize: TITLE_SIZE, fontWeight: 600 }),
    ...samples.flatMap(({ entry, x: left, y: top }) => sample(entry, left, top, { x, y })),
    Plot.text(
      samples.map(({ entry, x: left, y: top }) => ({ text: entry.text, ...at(left + SAMPLE + 6, top) })),
      { ...text, fontSize: 11.5 },
    ),
  ];
}

/** The piece of a line, the mark or the patch before a text of the key. */
function sample(
  { mark, hollow, faint, size, dash, band, colour = INK }: KeyEntry,
  left: number,
  top: number,
  { x, y }: Places,
): Plot.Markish[] {
  const [x1, x2, middle] = [x.value(left), x.value(left + SAMPLE), x.value(left + SAMPLE / 2)];
  const at = y.value(top);
  return [
    ...(band === true
      ? [
          Plot.rect([0], {
            x1,
            x2,
            y1: y.value(top + 5),
            y2: y.value(top - 5),
            fill: colour,
            fillOpacity: 0.22,
          }),
        ]
      : []),
    ...(dash === undefined
      ? []
      : [
          Plot.link([0], {
            x1,
            x2,
            y1: at,
            y2: at,
            stroke: colour,
            strokeWidth: 1.4,
            ...(dash === '' ? {} : { strokeDasharray: dash }),
          }),
        ]),
    ...(mark === undefined
      ? []
      : [
          Plot.dot([0], {
            ...markStyle(mark, colour, hollow === true, size),
            ...(faint === true ? FAINT : {}),
            x: middle,
            y: at,
          }),
        ]),
  ];
}
