import type * as Plot from '@observablehq/plot';
import { Window } from 'happy-dom';
import { InternalError } from '../../errors.js';
import { type XmlNode, xmlOf } from './xml.js';

type PlotDocument = NonNullable<Plot.PlotOptions['document']>;

/** Whether an object can stand for a browser's document where a figure is drawn. */
function isPlotDocument(document: object): document is PlotDocument {
  return 'createElementNS' in document;
}

/**
 * Draws with a document that needs no browser; the text of the SVG, which stands alone, with `title` for screen
 * readers.
 */
export function svgText(
  title: string,
  draw: (document: PlotDocument) => XmlNode & { setAttribute(name: string, value: string): void },
): string {
  const window = new Window();
  const document: object = window.document;
  if (!isPlotDocument(document)) throw new InternalError('happy-dom has no createElementNS');
  const plot = draw(document);
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-label', title);
  const text = xmlOf(plot);
  window.close();
  return text;
}

/** What every figure looks like. */
export const FIGURE_STYLE = {
  fontFamily: 'system-ui, Helvetica, Arial, sans-serif',
  fontSize: '12.5px',
  background: 'white',
} as const;
