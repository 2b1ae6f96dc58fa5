import { drawPaperFigure } from '../figures/paper.js';
import { escaped } from '../formats/xml.js';
import type { PaperClaim, PaperResult } from '../records/paper.js';
import { secondsText } from '../text/units.js';
import { FIGURES_STYLE, pageFigure, rich } from './figures.js';
import { pageHtml } from './html.js';

const STYLE = `${FIGURES_STYLE}
  body { max-width: 1176px; padding: 24px 20px; overflow-wrap: anywhere; }
  h1 { font-size: 25px; line-height: 1.25; margin: 0 0 6px; }
  h2 { font-size: 18px; line-height: 1.35; margin: 44px 0 10px; padding-top: 14px; border-top: 1px solid #d0d7de; }
  h2 .id { color: #57606a; font-weight: normal; }
  sup, sub { font-size: 12px; line-height: 0; }
  .subject { color: #57606a; margin: 0 0 4px; }
  .verdict { font-weight: 600; white-space: nowrap; padding: 1px 8px; border-radius: 10px; }
  .holds { color: #0a5c2b; background: #dff5e5; }
  .in-part { color: #704600; background: #fdf0cf; }
  .fails { color: #8f1414; background: #fde3e1; }
  .claims td { white-space: normal; text-align: left; vertical-align: top; }
  .claims th { text-align: left; }
  .claims td:nth-child(2) { min-width: 15em; }
  .claims td.number { white-space: nowrap; }
  .facts { display: grid; grid-template-columns: max-content 1fr; gap: 6px 18px; margin: 0 0 14px; max-width: 900px; }
  .facts dt { color: #57606a; }
  .facts dd { margin: 0; }
  .checks td { white-space: normal; text-align: left; vertical-align: top; font-size: 13px; }
  .checks th { text-align: left; font-size: 13px; }
  .checks .missed { color: #8f1414; font-weight: 600; }
  .warning { margin: 0 0 12px; }
  summary { cursor: pointer; font-size: 14px; color: #424a53; }
  pre.command { white-space: pre-wrap; font-size: 12.5px; }
  .figures { margin-top: 18px; }
  @media (max-width: 620px) {
    body { padding: 16px 14px; }
    h1 { font-size: 21px; }
    .facts { grid-template-columns: 1fr; gap: 0; }
    .facts dd { margin: 0 0 10px; }
  }`;

function badge(verdict: PaperClaim['verdict']): string {
  return `<span class="verdict ${verdict.replace(' ', '-')}">${verdict}</span>`;
}

function tableHtml(claims: readonly PaperClaim[]): string {
  const rows = claims.map(
    ({ id, claim, verdict, measured, seconds }) =>
      `<tr><td class="number"><a href="#claim-${id}">${id}</a></td><td>${rich(claim)}</td><td>${badge(verdict)}</td>` +
      `<td>${rich(measured)}</td><td class="number">${escaped(secondsText(seconds))}</td></tr>`,
  );
  return `<div class="table" tabindex="0" role="region" aria-label="Verdicts"><table class="claims">
<thead><tr><th scope="col"></th><th scope="col">claim</th><th scope="col">verdict</th><th scope="col">measured</th>
<th scope="col">time</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>
`;
}

function checksHtml({ checks, id }: PaperClaim): string {
  const passed = checks.filter((check) => check.passed).length;
  const rows = checks.map(
    ({ what, asked, measured, passed: ok, beside }) =>
      `<tr><td>${rich(what)}${beside === true ? ' <em>(beside)</em>' : ''}</td><td>${rich(asked)}</td>` +
      `<td>${rich(measured)}</td><td${ok ? '' : ' class="missed"'}>${ok ? 'yes' : 'no'}</td></tr>`,
  );
  const open = passed < checks.length || checks.length <= 12 ? ' open' : '';
  return `<details${open}><summary>${passed} of ${checks.length} checks passed</summary>
<div class="table" tabindex="0" role="region" aria-label="Checks of claim ${id}"><table class="checks">
<thead><tr><th scope="col">what</th><th scope="col">asked</th><th scope="col">measured</th>
<th scope="col">passed</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>
</details>
`;
}

function claimHtml(claim: PaperClaim, firstFigure: number): string {
  const facts: readonly (readonly [string, string])[] = [
    ['criterion', claim.criterion],
    ['measured', claim.measured],
    ['seen in', claim.range],
    ['why', claim.why],
    ['look at', claim.look],
  ];
  const figures = claim.figures.map((figure, k) => pageFigure(drawPaperFigure(figure), firstFigure + k)).join('');
  const warnings = claim.warnings.map((text) => `<p class="warning"><strong>Warning:</strong> ${escaped(text)}</p>\n`);
  return `<section id="claim-${claim.id}">
<h2><span class="id">Claim ${claim.id}</span> ${badge(claim.verdict)} ${rich(claim.claim)}</h2>
<dl class="facts">${facts.map(([name, text]) => `<dt>${name}</dt><dd>${rich(text)}</dd>`).join('\n')}</dl>
${warnings.join('')}${checksHtml(claim)}${figures === '' ? '' : `<div class="figures">\n${figures}</div>\n`}</section>
`;
}

/**
 * One self-contained page about the claims of a paper: the table of verdicts, then each claim with its criterion,
 * numbers and figures. `commandLine` is what made it.
 */
export function paperPage(result: PaperResult, commandLine: string): string {
  const { paper, claims, data, size, seed } = result;
  const { authors, year, arxiv, reading } = paper;
  const title = `${paper.title}: ${claims.length === 1 ? 'a claim' : `${claims.length} claims`}, measured`;
  let figure = 1;
  const sections = claims.map((claim) => {
    const html = claimHtml(claim, figure);
    figure += claim.figures.length;
    return html;
  });
  return pageHtml(
    title,
    `<header>
<h1>${escaped(paper.title)}: claims as measured verdicts</h1>
<p class="subject">${escaped(authors)}, ${year}, arXiv ${escaped(arxiv)}: ${escaped(reading)}.</p>
<p class="subject">Size ${size}, seed ${seed}; claims about data: ${escaped(data)}.</p>
</header>
<main>
${tableHtml(claims)}${sections.join('')}<details><summary>How this page was made</summary>
<pre class="command">${escaped(commandLine)}</pre>
<p>All numbers are in paper.json beside this page.</p>
</details>
</main>
`,
    STYLE,
  );
}
