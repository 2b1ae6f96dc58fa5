import * as Plot from '@observablehq/plot';
import { INK, type Series } from './chart.js';
import { type Frame, LINE_HEIGHT, labelHeight, shortened } from './frame.js';
import { spread } from './spread.js';

/** Names at the right ends of the curves, moved apart where they would touch, with a thin line to the curve. */
export function labelMarks(series: readonly Series[], frame: Frame): Plot.Markish[] {
  const { x, y, height, top, bottom, width, right } = frame;
  const edge = width - right;
  const ends = series
    .filter(({ labelled, points }) => labelled && points.length > 0)
    .map((one) => ({ ...one, end: one.points[one.points.length - 1] }))
    .sort((a, b) => y.pixel(a.end.y) - y.pixel(b.end.y));
  const lineHeight = Math.max(LINE_HEIGHT, ...ends.map(labelHeight));
  const places = spread(
    ends.map(({ end }) => y.pixel(end.y)),
    lineHeight,
    top + 4,
    height - bottom - (lineHeight - LINE_HEIGHT) - 4,
  );
  const labelled = ends.map((end, k) => ({ ...end, place: y.value(places[k]), below: y.value(places[k] + 14) }));
  const text = { x: x.value(edge + 22), textAnchor: 'start', fill: INK } as const;
  return [
    Plot.link(
      labelled.filter(({ end }) => x.pixel(end.x) < edge - 12),
      {
        x1: ({ end }: (typeof labelled)[number]) => x.value(x.pixel(end.x) + 6),
        x2: x.value(edge + 3),
        y1: ({ end }: (typeof labelled)[number]) => end.y,
        y2: ({ end }: (typeof labelled)[number]) => end.y,
        stroke: 'colour',
        strokeOpacity: 0.45,
        strokeWidth: 0.8,
      },
    ),
    Plot.link(labelled, {
      x1: x.value(edge + 3),
      x2: x.value(edge + 19),
      y1: ({ end }: (typeof labelled)[number]) => end.y,
      y2: 'place',
      stroke: 'colour',
      strokeWidth: 1.6,
    }),
    Plot.text(labelled, { ...text, y: 'place', text: ({ name }: Series) => shortened(name), fontWeight: 500 }),
    Plot.text(
      labelled.filter(({ note }) => note !== undefined),
      { ...text, y: 'below', text: ({ note }: Series) => shortened(note ?? ''), fontSize: 11, fillOpacity: 0.75 },
    ),
  ];
}
