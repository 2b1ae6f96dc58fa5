import { type FigureCurve, figureSvg, NARROW, WIDE } from './figure.js';
import { halfAngle } from './profile.js';
import { curvesCsv } from './profile-csv.js';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const STYLE = `
  body { margin: 0 auto; max-width: 900px; padding: 16px; color: #1b1f24; background: #fff;
    font: 15px/1.5 system-ui, Helvetica, Arial, sans-serif; }
  h1 { font-size: 20px; margin: 0 0 8px; }
  figure { margin: 0; }
  svg { display: block; max-width: 100%; height: auto; }
  .narrow { display: none; }
  @media (max-width: 720px) { .wide { display: none; } .narrow { display: block; } }
  table { border-collapse: collapse; margin-top: 16px; font-variant-numeric: tabular-nums; }
  th, td { padding: 3px 14px 3px 0; text-align: right; border-bottom: 1px solid #e3e6ea; }
  th:first-child, td:first-child { text-align: left; }
  .key { display: inline-block; width: 22px; margin-right: 8px; vertical-align: middle; border-top: 3px solid; }
  .dashed { border-top-style: dashed; }
  footer, details { margin-top: 16px; color: #57606a; font-size: 13px; }
  pre { overflow-x: auto; }`;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => ESCAPES[mark]);
}

function legendRow({ name, angles, values, colour, dashed }: FigureCurve): string {
  const half = halfAngle(angles, values);
  const key = `<span class="key${dashed ? ' dashed' : ''}" style="border-top-color: ${escaped(colour)}"></span>`;
  const end = values[values.length - 1].toPrecision(4);
  return `<tr><td>${key}${escaped(name)}</td><td>${half === null ? '–' : half.toFixed(3)}</td><td>${end}</td></tr>`;
}

/** One self-contained page: the figure (another one for narrow screens), its legend with key numbers, and the data. */
export function figureHtml(curves: readonly FigureCurve[], title: string, footer: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
<figure>
<div class="wide">${figureSvg(curves, title, WIDE)}</div>
<div class="narrow">${figureSvg(curves, title, NARROW)}</div>
</figure>
<table>
<thead><tr><th>kernel</th><th>half at (rad)</th><th>value at π</th></tr></thead>
<tbody>
${curves.map(legendRow).join('\n')}
</tbody>
</table>
<details><summary>Data</summary>
<pre>${escaped(curvesCsv(curves))}</pre>
</details>
<footer>${escaped(footer)} “Half at”: the angle at which a kernel has fallen half-way from 1 to its value at π; a small one means a spiky kernel.</footer>
</body>
</html>
`;
}
