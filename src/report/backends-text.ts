import type { BackendReport } from '../backend/select.js';
import { tableText } from './table.js';

function speedText({ gflops }: BackendReport): string {
  if (gflops === undefined) return '';
  const shown = (['f64', 'f32'] as const).filter((precision) => gflops[precision] !== undefined);
  return shown.map((precision) => `${gflops[precision]?.toFixed(0)} ${precision}`).join(', ');
}

/** The backends for a terminal: a table, then a reason and a remedy for each that is missing. */
export function backendsText(reports: readonly BackendReport[]): string {
  const rows = reports.map((report) => [
    report.name,
    report.available ? 'yes' : 'no',
    report.precisions.join(', '),
    speedText(report),
    [report.version, report.note].filter((text) => text !== undefined).join('; '),
  ]);
  const header = ['backend', 'available', 'precisions', 'GFLOP/s, 1 thread', 'what'];
  const table = tableText(header, rows);
  const missing = reports
    .filter(({ available }) => !available)
    .map(({ name, reason, remedy }) => `${name}: ${[reason, remedy].filter((text) => text !== undefined).join('. ')}`);
  return missing.length === 0 ? table : `${table}\nNot available:\n${missing.map((line) => `  ${line}\n`).join('')}`;
}
