import type { BackendReport } from '../../backend/select.js';
import { readableBytes } from '../../data/budget.js';
import type { NativeFacts } from '../../platform/native.js';
import { tableText } from './table.js';

function speedText({ gflops }: BackendReport): string {
  if (gflops === undefined) return '';
  const shown = (['f64', 'f32'] as const).filter((precision) => gflops[precision] !== undefined);
  return shown.map((precision) => `${gflops[precision]?.toFixed(0)} ${precision}`).join(', ');
}

/** Bytes where a limit counts them, else the number. */
function limitText([name, value]: readonly [string, number]): string {
  return `${name} ${/Size$/.test(name) ? readableBytes(value) : value}`;
}

/** What is known of the device behind a backend. */
function deviceText({ name, device }: BackendReport): string[] {
  if (device === undefined) return [];
  const memory = device.memoryBytes === undefined ? [] : [`memory ${readableBytes(device.memoryBytes)}`];
  const limits = Object.entries(device.limits ?? {}).map(limitText);
  const facts = [device.driver, ...memory, ...limits].filter((text) => text !== undefined);
  return [`${name}: ${device.name}${device.software ? ' (software)' : ''}`, ...facts.map((fact) => `  ${fact}`)];
}

/** Where linear algebra is computed beside the processor. */
function algebraText({ name, available, device }: BackendReport): string[] {
  if (name !== 'tensorflow' || !available) return [];
  return [`--backend tensorflow: in float64 where it computes${device === undefined ? '' : ', unasked for many rows'}`];
}

const block = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `\n${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`;

/** The backends for a terminal: a table, the devices, then a reason and a remedy for each that is missing. */
export function backendsText(reports: readonly BackendReport[], native: NativeFacts): string {
  const rows = reports.map((report) => [
    report.name,
    report.available ? 'yes' : 'no',
    report.precisions.join(', '),
    speedText(report),
    [report.version, report.note].filter((text) => text !== undefined).join('; '),
  ]);
  const header = ['backend', 'available', 'precisions', 'GFLOP/s', 'what'];
  const table = tableText(header, rows);
  const missing = reports
    .filter(({ available }) => !available)
    .map(({ name, reason, remedy }) => `${name}: ${[reason, remedy].filter((text) => text !== undefined).join('. ')}`);
  const { available, name = '', path = '', core, note, reason, remedy } = native;
  const library = available
    ? `${name}, ${path}${note === undefined ? '' : `; core ${core}: ${note}`}`
    : [`built in: ${reason}`, remedy].filter((text) => text !== undefined).join('. ');
  return (
    table +
    block('Linear algebra (eigs, regress)', [library, ...reports.flatMap(algebraText)]) +
    block('Devices', reports.flatMap(deviceText)) +
    block('Not available', missing)
  );
}
