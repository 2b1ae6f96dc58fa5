import { NARROW, type Series, WIDE } from '../charts/chart.js';
import { markPath } from '../charts/mark-style.js';
import { figureSvg } from '../charts/panel-svg.js';
import type { Figure, SummaryRow } from '../figures/figure.js';
import { csvText } from '../formats/csv.js';
import { escaped } from '../formats/xml.js';

/**
 * What a page may do, should a name in it ever pass for more than text: nothing is loaded, no script runs, no form is
 * sent. Styles may stand in it, since the figures have them as attributes, which a hash does not cover; their pictures
 * are in them.
 */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** What all pages look like. */
const STYLE = `
  body { margin: 0 auto; max-width: 900px; padding: 16px; color: #1b1f24; background: #fff;
    font: 15px/1.5 system-ui, Helvetica, Arial, sans-serif; }
  h1 { font-size: 20px; margin: 0 0 8px; }
  figure { margin: 0; }
  svg { display: block; max-width: 100%; height: auto; }
  .narrow { display: none; }
  @media (max-width: 720px) { .wide { display: none; } .narrow { display: block; } }
  table { border-collapse: collapse; margin-top: 16px; font-variant-numeric: tabular-nums; }
  th, td { padding: 3px 14px 3px 0; white-space: nowrap; text-align: right; border-bottom: 1px solid #e3e6ea; }
  th:first-child, td:first-child { text-align: left; }
  .table { overflow-x: auto; }
  svg.key { display: inline-block; max-width: none; margin-right: 8px; vertical-align: middle; }
  footer, details { margin-top: 16px; color: #57606a; font-size: 13px; }
  footer p { margin: 0 0 4px; }
  pre { overflow-x: auto; }`;

/** A piece of the curve before its name: its line, whole or dashed, and its mark. */
function keyOf({ colour, dash, mark, hollow, joined }: Series): string {
  const line = joined
    ? `<line x1="1" x2="29" y1="6" y2="6" stroke="${escaped(colour)}" ` +
      `stroke-width="2"${dash === null ? '' : ` stroke-dasharray="${dash}"`}/>`
    : '';
  const path = mark === null ? '' : markPath(mark);
  const dot =
    `<path transform="translate(15,6)" d="${path}" stroke="${escaped(colour)}" stroke-width="1.3" ` +
    `fill="${hollow ? '#fff' : escaped(colour)}"/>`;
  return `<svg class="key" width="30" height="12" aria-hidden="true">${line}${mark === null ? '' : dot}</svg>`;
}

function summaryRow({ series, cells }: SummaryRow): string {
  const first = series === null ? [] : [`<td>${keyOf(series)}${escaped(series.name)}</td>`];
  return `<tr>${[...first, ...cells.map((cell) => `<td>${escaped(cell)}</td>`)].join('')}</tr>`;
}

/** The table of a figure, in a frame of its own that scrolls where it is too wide; empty without rows. */
export function summaryTable({ header, rows }: Figure['summary'], name: string): string {
  if (rows.length === 0) return '';
  return `<div class="table" tabindex="0" role="region" aria-label="${escaped(name)}"><table>
<thead><tr>${header.map((title) => `<th scope="col">${escaped(title)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(summaryRow).join('\n')}
</tbody>
</table></div>
`;
}

/** A whole page that needs nothing else: no script, no network. */
export function pageHtml(title: string, body: string, style = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}${style}
</style>
</head>
<body>
${body}</body>
</html>
`;
}

/** One self-contained page: the figure (another one for narrow screens), its legend with key numbers, and the data. */
export function figureHtml(figure: Figure, footer: string): string {
  const { title, summary, data, notes, panel } = figure;
  const numbers =
    panel.form === 'chart'
      ? `<details><summary>Data</summary>\n<pre>${escaped(csvText(data))}</pre>\n</details>\n`
      : '';
  const paragraphs = [...notes, footer].map((text) => `<p>${escaped(text)}</p>`).join('');
  return pageHtml(
    title,
    `<figure>
<div class="wide">${figureSvg(figure, WIDE)}</div>
<div class="narrow">${figureSvg(figure, NARROW)}</div>
</figure>
${summaryTable(summary, title)}${numbers}<footer>${paragraphs}</footer>
`,
  );
}
