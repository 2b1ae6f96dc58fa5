import { type FigureLayout, HALF, NARROW } from '../charts/chart.js';
import { figureSvg } from '../charts/panel-svg.js';
import type { Figure } from '../figures/figure.js';
import { escaped } from '../formats/xml.js';

/** What figures of a page look like: two beside each other where there is room. */
export const FIGURES_STYLE = `
  .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 540px), 1fr)); gap: 28px 28px; }
  .figures svg { width: 100%; max-width: 720px; }
  figcaption { color: #424a53; font-size: 14px; line-height: 1.4; margin: 4px 12px 0; max-width: 680px; }
  @media (max-width: 620px) { figcaption { margin: 4px 0 0; } }
  @media (min-width: 621px) { .wide { display: block; } .narrow { display: none; } }
  @media print { figure { break-inside: avoid; } }`;

/** Text with powers set as such, true minus signs, and no line break before a per cent sign. */
export function rich(text: string): string {
  return escaped(text)
    .replace(/\^(-?(?:\([^()]*\)|\w+(?:[./]\w+)*))/g, '<sup>$1</sup>')
    .replace(/(^|[\s(>])-(?=\d)/g, '$1−')
    .replace(/(\d) (?=%)/g, '$1\u00a0');
}

/** A figure of a page, drawn for wide and for narrow screens, with its number and its notes. */
export function pageFigure(figure: Figure, number: number): string {
  const numbered = { ...figure, title: `${number}. ${figure.title}` };
  const drawn = (name: string, layout: FigureLayout): string =>
    `<div class="${name}">${figureSvg(numbered, layout)}</div>`;
  return `<figure>
${drawn('wide', HALF)}
${drawn('narrow', NARROW)}
<figcaption>${rich(figure.notes.join(' '))}</figcaption>
</figure>
`;
}
