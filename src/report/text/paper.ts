import type { Paper } from '../../papers/types.js';
import type { PaperClaim } from '../records/paper.js';
import { tableText } from './table.js';
import { secondsText } from './units.js';

/** Papers and the words of their claims, for a terminal. */
export function papersText(papers: readonly Paper[]): string {
  return papers
    .map(({ name, title, authors, year, arxiv, claims }) => {
      const rows = claims.map(({ id, claim }) => [String(id), claim]);
      const list = rows.map(([id, claim]) => `  ${id.padStart(3)}  ${claim}\n`).join('');
      return `${name}: ${title}\n  ${authors}, ${year}, arXiv ${arxiv}\n${list}`;
    })
    .join('\n');
}

/** Verdicts for a terminal: a table, and what did not pass. */
export function verdictsText(claims: readonly PaperClaim[]): string {
  const rows = claims.map(({ id, verdict, seconds, claim }) => [String(id), verdict, secondsText(seconds), claim]);
  const table = tableText(['claim', 'verdict', 'time', ''], rows, ['right', 'left', 'right', 'left']);
  const details = claims.map(({ id, measured, checks, warnings }) => {
    const missed = checks.filter(({ passed }) => !passed);
    const lines = missed.map(({ what, asked, measured: got }) => `  not passed: ${what}: ${asked}, got ${got}\n`);
    return `claim ${id}: ${measured}\n${lines.join('')}${warnings.map((text) => `  warning: ${text}\n`).join('')}`;
  });
  return `${table}\n${details.join('')}`;
}
