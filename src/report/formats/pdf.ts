import { type Element, Window } from 'happy-dom';
import PDFDocument from 'pdfkit';
import { drawText } from './pdf-text.js';

/** Presentation attributes that a node inherits. */
export interface PdfStyle {
  readonly fill: string | null;
  readonly stroke: string | null;
  readonly fillOpacity: number;
  readonly strokeOpacity: number;
  readonly strokeWidth: number;
  readonly dash: readonly number[] | null;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly fontSize: number;
  readonly bold: boolean;
}

const INK = '#000000';
const START: PdfStyle = {
  fill: INK,
  stroke: null,
  fillOpacity: 1,
  strokeOpacity: 1,
  strokeWidth: 1,
  dash: null,
  anchor: 'start',
  fontSize: 12.5,
  bold: false,
};

/** A CSS colour in the form that pdfkit takes; null paints nothing. */
function paintOf(text: string): string | null {
  if (text === 'none') return null;
  if (text === 'currentColor') return INK;
  const rgb = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(text);
  if (rgb === null) return text;
  return `#${rgb
    .slice(1)
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')}`;
}

function anchorOf(text: string): PdfStyle['anchor'] {
  return text === 'middle' || text === 'end' ? text : 'start';
}

function styleOf(node: Element, inherited: PdfStyle): PdfStyle {
  const read = <T>(name: string, from: (text: string) => T, otherwise: T): T => {
    const text = node.getAttribute(name);
    return text === null ? otherwise : from(text);
  };
  const root = node.tagName.toLowerCase() === 'svg';
  return {
    fill: read('fill', paintOf, inherited.fill),
    stroke: read('stroke', paintOf, inherited.stroke),
    fillOpacity: read('fill-opacity', Number, inherited.fillOpacity),
    strokeOpacity: read('stroke-opacity', Number, inherited.strokeOpacity),
    strokeWidth: read('stroke-width', Number, inherited.strokeWidth),
    dash: read('stroke-dasharray', (text) => text.split(/[ ,]+/).map(Number), inherited.dash),
    anchor: read('text-anchor', anchorOf, inherited.anchor),
    fontSize: root ? START.fontSize : read('font-size', Number, inherited.fontSize),
    bold: read('font-weight', (text) => Number(text) >= 600, inherited.bold),
  };
}

/** Applies `translate(x,y)` and `rotate(a)`, the transforms that figures use. */
function transform(doc: PDFKit.PDFDocument, text: string): void {
  for (const [, name, list] of text.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [a, b = 0] = list.split(/[ ,]+/).map(Number);
    if (name === 'translate') doc.translate(a, b);
    if (name === 'rotate') doc.rotate(a);
  }
}

/** Fills and strokes the path that was begun, as the style says. */
function paint(
  doc: PDFKit.PDFDocument,
  { fill, stroke, fillOpacity, strokeOpacity, strokeWidth, dash }: PdfStyle,
): void {
  doc.lineWidth(strokeWidth).strokeOpacity(strokeOpacity).fillOpacity(fillOpacity).lineJoin('round');
  if (dash !== null) doc.dash(dash[0], { space: dash[1] ?? dash[0] });
  // PDF takes a width of 0 for the thinnest line that there is, SVG for none.
  const line = strokeWidth > 0 ? stroke : null;
  if (fill !== null && line !== null) doc.fillAndStroke(fill, line);
  else if (fill !== null) doc.fill(fill);
  else if (line !== null) doc.stroke(line);
}

/** Attributes of a node as numbers; 0 where one is missing. */
function numbersOf(node: Element, names: readonly string[]): readonly number[] {
  return names.map((name) => Number(node.getAttribute(name) ?? 0));
}

/** How each kind of node is drawn; nodes that are not here (style sheets) draw nothing. */
const DRAW: Readonly<Record<string, (doc: PDFKit.PDFDocument, node: Element, style: PdfStyle) => void>> = {
  path: (doc, node, style) => {
    const path = node.getAttribute('d');
    if (path !== null) paint(doc.path(path), style);
  },
  line: (doc, node, style) => {
    const [x1, y1, x2, y2] = numbersOf(node, ['x1', 'y1', 'x2', 'y2']);
    paint(doc.moveTo(x1, y1).lineTo(x2, y2), { ...style, fill: null });
  },
  circle: (doc, node, style) => {
    const [x, y, r] = numbersOf(node, ['cx', 'cy', 'r']);
    paint(doc.circle(x, y, r), style);
  },
  rect: (doc, node, style) => {
    const [x, y, width, height] = numbersOf(node, ['x', 'y', 'width', 'height']);
    paint(doc.rect(x, y, width, height), style);
  },
  image: (doc, node) => {
    const [x, y, width, height] = numbersOf(node, ['x', 'y', 'width', 'height']);
    const [, content = ''] = (node.getAttribute('href') ?? '').split('base64,');
    doc.image(Buffer.from(content, 'base64'), x, y, { width, height });
  },
  text: (doc, node, style) => {
    const shift = Number.parseFloat(node.getAttribute('y') ?? '0') * style.fontSize;
    drawText(doc, node.textContent, shift, style);
  },
};

function draw(doc: PDFKit.PDFDocument, node: Element, inherited: PdfStyle): void {
  const style = styleOf(node, inherited);
  doc.save();
  transform(doc, node.getAttribute('transform') ?? '');
  const tag = node.tagName.toLowerCase();
  DRAW[tag]?.(doc, node, style);
  if (tag === 'svg' || tag === 'g') for (const child of node.children) draw(doc, child, style);
  doc.restore();
}

/**
 * One page of the figure's size, drawn from the SVG of `figureSvg`: lines stay lines, text stays text, pictures are
 * embedded.
 */
export async function pdfOfSvg(svg: string, title: string): Promise<Uint8Array> {
  const window = new Window();
  const root = new window.DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  const size: [number, number] = [Number(root.getAttribute('width')), Number(root.getAttribute('height'))];
  const doc = new PDFDocument({ size, margin: 0, info: { Title: title, Creator: 'ntk-engine' } });
  const parts: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  draw(doc, root, START);
  doc.end();
  await ended;
  window.close();
  return Buffer.concat(parts);
}
