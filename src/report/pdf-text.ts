import type { PdfStyle } from './pdf.js';

/** The standard fonts of PDF hold no Greek letters but in Symbol, whose keys are Latin. */
const GREEK: Readonly<Record<string, string>> = { π: 'p', α: 'a', γ: 'g' };

/** A stretch of text in one font. */
interface Run {
  readonly font: string;
  readonly text: string;
  readonly width: number;
}

function runsOf(doc: PDFKit.PDFDocument, text: string, { fontSize, bold }: PdfStyle): readonly Run[] {
  const plain = bold ? 'Helvetica-Bold' : 'Helvetica';
  const parts = text
    .replaceAll('−', '-')
    .split(/([πγα])/)
    .filter((part) => part !== '');
  return parts.map((part) => {
    const font = part in GREEK ? 'Symbol' : plain;
    const shown = GREEK[part] ?? part;
    return { font, text: shown, width: doc.font(font, fontSize).widthOfString(shown) };
  });
}

/** Draws one line of text at the origin, `shift` below it, anchored as the style says. */
export function drawText(doc: PDFKit.PDFDocument, text: string, shift: number, style: PdfStyle): void {
  if (style.fill === null) return;
  const runs = runsOf(doc, text, style);
  const width = runs.reduce((sum, run) => sum + run.width, 0);
  let x = { start: 0, middle: -width / 2, end: -width }[style.anchor];
  for (const run of runs) {
    doc.font(run.font, style.fontSize).fillColor(style.fill);
    doc.text(run.text, x, shift, { baseline: 'alphabetic', lineBreak: false });
    x += run.width;
  }
}
