import { extname } from 'node:path';
import { UsageError } from '../errors.js';
import type { FigureCurve } from './figure.js';

/** A figure on its way to a file. */
export interface Figure {
  readonly curves: readonly FigureCurve[];
  readonly title: string;
  /** Where the numbers come from, for formats that have room for it. */
  readonly footer: string;
}

type Render = (figure: Figure) => Promise<string | Uint8Array>;

/** Formats of figures by the ending of the file; each is loaded when it is wanted. */
const FORMATS: Readonly<Record<string, Render>> = {
  '.svg': async ({ curves, title }) => `${(await import('./figure.js')).figureSvg(curves, title)}\n`,
  '.html': async ({ curves, title, footer }) => (await import('./html.js')).figureHtml(curves, title, footer),
  '.pdf': async ({ curves, title }) => {
    const [{ figureSvg }, { pdfOfSvg }] = await Promise.all([import('./figure.js'), import('./pdf.js')]);
    return pdfOfSvg(figureSvg(curves, title), title);
  },
};

/** Chooses the format by the ending of `path`; throws a `UsageError` for an ending that is none. */
export function figureFormat(path: string): Render {
  const render = FORMATS[extname(path).toLowerCase()];
  if (render !== undefined) return render;
  const known = Object.keys(FORMATS).join(', ');
  throw new UsageError(`--out: must end in one of ${known}, got ${path}. For example --out figure.svg`);
}
