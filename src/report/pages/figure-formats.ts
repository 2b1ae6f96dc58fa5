import { extname } from 'node:path';
import { UsageError } from '../../errors.js';
import type { Figure } from '../figures/figure.js';

/**
 * Turns a figure into the content of a file; `footer` says where the numbers come from, for formats that have room for
 * it.
 */
type Render = (figure: Figure, footer: string) => Promise<string | Uint8Array>;

/** Formats of figures by the ending of the file; each is loaded when it is wanted. */
const FORMATS: Readonly<Record<string, Render>> = {
  '.svg': async (figure) => `${(await import('../charts/panel-svg.js')).figureSvg(figure)}\n`,
  '.html': async (figure, footer) => (await import('./html.js')).figureHtml(figure, footer),
  '.pdf': async (figure) => {
    const [{ figureSvg }, { pdfOfSvg }] = await Promise.all([
      import('../charts/panel-svg.js'),
      import('../formats/pdf.js'),
    ]);
    return pdfOfSvg(figureSvg(figure), figure.title);
  },
};

/** Chooses the format by the ending of `path`; throws a `UsageError` for an ending that is none. */
export function figureFormat(path: string): Render {
  const render = FORMATS[extname(path).toLowerCase()];
  if (render !== undefined) return render;
  const known = Object.keys(FORMATS).join(', ');
  throw new UsageError(`--out: must end in one of ${known}, got ${path}. For example --out figure.svg`);
}
