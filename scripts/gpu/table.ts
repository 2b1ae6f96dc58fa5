import type { Line, Verdict } from './lines.js';

/** A part as it went. */
export interface Ran {
  readonly name: string;
  readonly describe: string;
  readonly seconds: number;
  readonly limitSeconds: number;
  readonly lines: readonly Line[];
}

const COLUMNS = 110;
/** Width of what was tried. */
const WHAT = 46;

/** Words broken into lines of at most `width`. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function cells(mark: string, what: string, who: string, result: string, limit: string): string {
  return `  ${mark.padEnd(7)}  ${what.padEnd(WHAT)}  ${who.padEnd(14)}  ${result.padEnd(18)}  ${limit}`.trimEnd();
}

/** A line of the table, and below it what it has to say. */
function row({ what, on, precision, result, limit, verdict, why = '' }: Line): string {
  const [first, ...more] = wrapped(what, WHAT);
  const mark = verdict === 'shown' ? '' : verdict;
  const head = cells(mark, first, `${on} ${precision}`.trim(), result, limit);
  const rest = [...more, ...(why === '' ? [] : wrapped(why, COLUMNS - 13).map((line) => `  ${line}`))];
  return [head, ...rest.map((line) => `           ${line}`)].join('\n');
}

const VERDICTS: readonly Verdict[] = ['ok', 'MISSED', 'failed', 'skipped', 'shown'];

/** How many lines have each verdict. */
export function count(lines: readonly Line[]): Readonly<Record<Verdict, number>> {
  const found = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of lines) found[verdict] += 1;
  return found;
}

/** The parts as a table for people. */
export function tableText(parts: readonly Ran[]): string {
  const names = cells('', 'what was tried', 'where', 'result', 'limit');
  const blocks = parts.map(({ name, describe, seconds, lines }) => {
    const head = `${name}: ${describe} (${seconds.toFixed(1)} s)`;
    return [head, ...lines.map((line) => row(line))].join('\n');
  });
  return [names, ...blocks].join('\n\n');
}

/** What the table says in a few words. */
export function verdictText(lines: readonly Line[]): string {
  const { ok, MISSED, failed, skipped, shown } = count(lines);
  const counts = `${ok} ok, ${MISSED} missed, ${failed} failed, ${skipped} skipped, ${shown} only shown`;
  const wrong = lines.filter(({ verdict }) => verdict === 'MISSED' || verdict === 'failed');
  const named = wrong.map(({ what, on, precision, verdict }) => `  ${verdict}: ${`${what} ${on} ${precision}`.trim()}`);
  const all = wrong.length === 0 ? 'Everything that could run passed' : 'Not everything passed';
  return [`${all}: ${counts}.`, ...named].join('\n');
}
