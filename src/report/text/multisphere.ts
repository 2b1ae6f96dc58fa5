import type { MultisphereResult, MultisphereRow } from '../records/multisphere.js';
import { number } from './sphere.js';
import { tableText } from './table.js';

/** Frequencies that the table shows: the largest eigenvalues. */
const SHOWN = 20;
/** Degrees of a frequency that are written out; of longer ones those that are not 0. */
const WRITTEN = 8;

function frequencyText(frequency: readonly number[]): string {
  if (frequency.length <= WRITTEN) return `(${frequency.join(', ')})`;
  const some = frequency.flatMap((k, j) => (k > 0 ? [`k_${j + 1} = ${k}`] : []));
  return some.length === 0 ? 'all 0' : some.join(', ');
}

const LINES = { axis: '(k, 0, ...)', neighbour: '(0, k, 0, ...)', diagonal: '(k, ..., k)' } as const;

function predictedText({ predicted }: MultisphereRow['lines'][number]): string {
  if (predicted === null) return '-';
  const { slowest, fastest } = predicted;
  return fastest === null ? `${number(slowest, 3)} at least` : `${number(slowest, 3)} to ${number(fastest, 3)}`;
}

/** How the eigenvalues of each kernel fall along lines of frequencies. */
function decayTable({ rows }: MultisphereResult): string {
  const header = ['kernel', 'along', 'k = 1', 'falls like k^-', 'over degrees', 'predicted'];
  const lines = rows.flatMap(({ name, lines: own }) =>
    own.map((line) => [
      name,
      LINES[line.name],
      number(line.eigenvalues[1] ?? null),
      line.fit === null ? '-' : line.fit.exponent.toFixed(3),
      line.fit === null ? '-' : `${line.fit.from} to ${line.fit.to}`,
      predictedText(line),
    ]),
  );
  return tableText(header, lines, ['left', 'left', 'right', 'right', 'left', 'left']);
}

/** The sum of multiplicity times eigenvalue against K(x,x). */
function traceTable({ rows }: MultisphereResult): string {
  const header = ['kernel', 'sum', 'rest, extrapolated', 'K(x,x)', 'off by', 'bound'];
  const lines = rows.map(({ name, trace }) => [
    name,
    number(trace.computed, 8),
    number(trace.tail, 4),
    number(trace.diagonal, 8),
    number(Math.abs(trace.computed + trace.tail - trace.diagonal), 2),
    number(trace.bound, 2),
  ]);
  return tableText(header, lines, ['left', 'right', 'right', 'right', 'right', 'right']);
}

/** The frequencies with the largest eigenvalues of the first kernel, and what the others have there. */
function valueTable({ frequencies, multiplicities, rows }: MultisphereResult): string {
  const [first] = rows;
  const order = frequencies.map((_, i) => i).sort((a, b) => first.eigenvalues[b] - first.eigenvalues[a] || a - b);
  const alone = rows.length === 1;
  const header = ['frequency', 'multiplicity', ...(alone ? ['eigenvalue', 'error bound'] : rows.map((r) => r.name))];
  const lines = order
    .slice(0, SHOWN)
    .map((i) => [
      frequencyText(frequencies[i]),
      number(multiplicities[i]),
      ...rows.flatMap((row) =>
        alone ? [number(row.eigenvalues[i], 10), number(row.errorBounds[i], 2)] : [number(row.eigenvalues[i])],
      ),
    ]);
  return tableText(header, lines, ['left', ...header.slice(1).map(() => 'right' as const)]);
}

function noteOf({ frequencies, rows }: MultisphereResult): string {
  const unproved = rows.some(({ lines }) => lines.some(({ predicted }) => predicted?.fastest === null));
  const rest = frequencies.length > SHOWN ? [`The largest ${SHOWN} of ${frequencies.length}; --out has all.`] : [];
  const note = 'Where the first nonlinearity sees several positions, no largest exponent is proved.';
  return [...rest, ...(unproved ? [note] : [])].map((line) => `${line}\n`).join('');
}

/**
 * A result of `ntk sphere --positions` for a terminal: how eigenvalues fall along lines of frequencies, their sum
 * against K(x,x), then the largest ones.
 */
export function multisphereText(result: MultisphereResult): string {
  const { kind, normalized, dim, positions } = result;
  const divided = normalized ? ', divided by K(x,x)' : '';
  const title =
    `Eigenvalues of the ${kind.toUpperCase()} on the product of ${positions} unit spheres in R^${dim} by ` +
    `frequency${divided}\n`;
  return [title, decayTable(result), traceTable(result), `${valueTable(result)}${noteOf(result)}`].join('\n');
}
