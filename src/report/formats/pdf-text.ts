import type { PdfStyle } from './pdf.js';

/**
 * The letter pi, which the standard fonts of PDF lack, as lines in units of the font size; y points up from the base
 * line.
 */
const PI = {
  width: 0.58,
  path: 'M.03 .4 Q.06 .48 .15 .48 L.55 .48 M.2 .48 Q.2 .16 .11 0 M.4 .48 L.4 .1 Q.4 0 .52 .02',
  line: 0.075,
};

/** Marks outside of Latin-1, which the standard fonts have, and their stand-ins. */
const STAND_INS: Readonly<Record<string, string>> = { '−': '-', '–': '-', '“': '"', '”': '"', '’': "'" };

/** A stretch of text in the font, or one letter pi. */
interface Run {
  readonly text: string | null;
  readonly width: number;
}

function latin(text: string): string {
  return [...text].map((mark) => STAND_INS[mark] ?? (mark <= 'ÿ' ? mark : '?')).join('');
}

function runsOf(doc: PDFKit.PDFDocument, text: string, fontSize: number): readonly Run[] {
  return text
    .split(/(π)/)
    .filter((part) => part !== '')
    .map((part) => {
      if (part === 'π') return { text: null, width: PI.width * fontSize };
      const shown = latin(part);
      return { text: shown, width: doc.widthOfString(shown) };
    });
}

function drawPi(doc: PDFKit.PDFDocument, x: number, y: number, { fontSize, fill }: PdfStyle): void {
  doc.save().translate(x, y).scale(fontSize, -fontSize);
  doc
    .path(PI.path)
    .lineWidth(PI.line)
    .lineCap('round')
    .strokeOpacity(1)
    .stroke(fill ?? 'black');
  doc.restore();
}

/** Draws one line of text at the origin, `shift` below it, anchored as the style says. */
export function drawText(doc: PDFKit.PDFDocument, text: string, shift: number, style: PdfStyle): void {
  if (style.fill === null) return;
  doc.font(style.bold ? 'Helvetica-Bold' : 'Helvetica', style.fontSize);
  const runs = runsOf(doc, text, style.fontSize);
  const width = runs.reduce((sum, run) => sum + run.width, 0);
  let x = { start: 0, middle: -width / 2, end: -width }[style.anchor];
  for (const run of runs) {
    if (run.text === null) drawPi(doc, x, shift, style);
    else doc.fillColor(style.fill).text(run.text, x, shift, { baseline: 'alphabetic', lineBreak: false });
    x += run.width;
  }
}
