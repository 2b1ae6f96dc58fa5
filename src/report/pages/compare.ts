import { drawAngles } from '../figures/compare/angles.js';
import { drawEigenvalues, drawRatios } from '../figures/compare/eigenvalues.js';
import { drawError } from '../figures/compare/error.js';
import { drawLayers } from '../figures/compare/layers.js';
import { drawMean } from '../figures/compare/mean.js';
import { type CompareData, comparisons, percent } from '../figures/compare/record.js';
import type { Figure } from '../figures/figure.js';
import { jsonText } from '../formats/json.js';
import { escaped } from '../formats/xml.js';
import { compareTitle, conclusions, effortText, subjectText } from '../text/compare-words.js';
import { countText, secondsText } from '../text/units.js';
import { FIGURES_STYLE, pageFigure, rich } from './figures.js';
import { pageHtml, summaryTable } from './html.js';

/** What the error is, for people. */
const MEANING =
  'The error is ‖K<sub>W</sub> − K‖ / ‖K‖ in the Frobenius norm: K is the NTK of the infinite network, ' +
  'K<sub>W</sub> that of one network of width W with random weights, on the same examples.';

const STYLE = `${FIGURES_STYLE}
  body { max-width: 1176px; padding: 24px 20px; overflow-wrap: anywhere; }
  h1 { font-size: 26px; line-height: 1.25; margin: 0 0 6px; }
  h2 { font-size: 18px; margin: 36px 0 4px; }
  sup, sub { font-size: 12px; line-height: 0; }
  .subject { color: #57606a; margin: 0 0 18px; }
  .lead { display: grid; grid-template-columns: 3fr 2fr; gap: 32px; margin: 0 0 24px; }
  .conclusion { border-left: 4px solid #d55e00; padding: 2px 0 2px 16px; margin: 0; font-size: 16px; }
  .conclusion p { margin: 0 0 6px; }
  .conclusion p:first-child { font-size: 19px; line-height: 1.4; }
  .about { margin: 0; padding: 12px 16px; background: #f6f8fa; border-radius: 6px; font-size: 14px; align-self: start; }
  .about p { margin: 0 0 6px; }
  .about p:last-child { margin: 0; }
  .warning { margin: 0 0 16px; }
  @media (max-width: 900px) { .lead { grid-template-columns: 1fr; gap: 16px; } }
  summary { cursor: pointer; }
  details .table { font-size: 13px; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; }
  dd { margin: 0; }
  pre { font-size: 12.5px; }
  pre.command { white-space: pre-wrap; }
  @media (max-width: 620px) {
    body { padding: 16px 14px; }
    h1 { font-size: 22px; }
  }`;

/** The figures of a comparison; that of the mean kernel only where there are several networks to take it of. */
function figuresOf(record: CompareData): readonly Figure[] {
  return [
    drawError([{ path: '', name: '', record }]),
    ...(record.seeds > 1 ? [drawMean(record)] : []),
    drawEigenvalues(record),
    drawRatios(record),
    drawAngles(record),
    ...(record.layers.length > 0 ? [drawLayers(record)] : []),
  ];
}

/** The numbers of each width in one table. */
function widthTable(record: CompareData): Figure['summary'] {
  const { widths, errors, errorIntervals, meanKernel, parameters, networkSeconds } = record;
  const share = (value: number | null): string => (value === null ? '–' : percent(value));
  return {
    header: ['width', 'parameters', 'error', '95 % from', 'to', 'mean kernel', 'by chance', 'bias', 'time of one'],
    rows: widths.map((width, w) => ({
      series: null,
      cells: [
        String(width),
        countText(parameters[w]),
        percent(errors[w]),
        share(errorIntervals[w]?.[0] ?? null),
        share(errorIntervals[w]?.[1] ?? null),
        share(meanKernel.errors[w]),
        share(meanKernel.expected[w]),
        share(meanKernel.bias[w]),
        secondsText(networkSeconds[w]),
      ],
    })),
  };
}

function tablesHtml(record: CompareData): string {
  const more = [drawEigenvalues(record), drawAngles(record), drawLayers(record)];
  const tables = more.map(
    ({ title, summary }) =>
      `<details><summary>${escaped(title)}</summary>\n${summaryTable(summary, title)}</details>\n`,
  );
  return `<h2>Numbers</h2>\n${summaryTable(widthTable(record), 'Numbers of each width')}${tables.join('')}`;
}

/** Fields of the record that are one value each. */
function plainFields(record: object): readonly (readonly [string, string])[] {
  return Object.entries(record).flatMap(([name, value]: readonly [string, unknown]) => {
    if (value === null || value === '') return [];
    return ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)] as const] : [];
  });
}

function recordHtml(data: CompareData, record: object, commandLine: string): string {
  const entry = ([name, value]: readonly [string, string]): string =>
    `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`;
  const inputs = data.inputs.map(
    ({ path, shape, sha256 }) =>
      ['input', `${path}${shape === null ? '' : ` [${shape.join(', ')}]`}, SHA-256 ${sha256}`] as const,
  );
  return `<details><summary>Record of the run</summary>
<pre class="command">${escaped(commandLine)}</pre>
<dl>${[...inputs, ...plainFields(record)].map(entry).join('\n')}</dl>
<p>The architecture:</p>
<pre>${escaped(jsonText(data.architecture))}</pre>
<p>One of these networks again: ntk empirical with --width and the seed of networkSeeds in compare.json.</p>
</details>
`;
}

/**
 * One self-contained page about a comparison: what was compared, what came out, figures, numbers, and the record of the
 * run.
 *
 * `record` is what compare.json holds, `commandLine` what made it; throws DataError for a record that lacks a field.
 */
export function comparePage(record: object, commandLine: string): string {
  const file = {
    path: 'compare.json',
    name: 'compare',
    parsed: record,
    input: { path: 'compare.json', shape: null, sha256: '' },
  };
  const [{ record: data }] = comparisons([file]);
  const title = compareTitle(data);
  return pageHtml(
    title,
    `<header>
<h1>${escaped(title)}</h1>
<p class="subject">${escaped(subjectText(data))}</p>
</header>
<main>
<div class="lead">
<div class="conclusion">
${conclusions(data)
  .map((text) => `<p>${rich(text)}</p>`)
  .join('\n')}
</div>
<div class="about">
<p>${MEANING}</p>
<p>${escaped(effortText(data))}</p>
</div>
</div>
${data.warnings
  .map((warning) => `<p class="warning"><strong>Warning:</strong> ${escaped(warning)}</p>\n`)
  .join('')}<div class="figures">
${figuresOf(data)
  .map((figure, k) => pageFigure(figure, k + 1))
  .join('')}</div>
${tablesHtml(data)}${recordHtml(data, record, commandLine)}</main>
`,
    STYLE,
  );
}
