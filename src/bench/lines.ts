/** One measurement with the limit it is compared with. */
export interface BenchLine {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: string;
  /** How it was measured, where the name does not say it. */
  readonly how?: string;
}

/** The measurements as a table for people, below a line on the machine. */
export function linesText(lines: readonly BenchLine[], head: string): string {
  const width = Math.max(...lines.map((l) => l.name.length));
  const rows = lines.map(({ name, value, unit, limit, how }) => {
    const number = value.toPrecision(3).padStart(8);
    const row = `${name.padEnd(width)}  ${number} ${unit.padEnd(8)} ${limit}`.trimEnd();
    return how === undefined ? row : `${row.padEnd(width + 28)} ${how}`;
  });
  return `${head}\n${rows.join('\n')}\n`;
}
