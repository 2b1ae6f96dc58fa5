const BLOCKS = '▁▂▃▄▅▆▇█';

/** A curve as one line of block characters: `values` between `low` and `high`, sampled at `width` places. */
export function sparkline(values: readonly number[], low: number, high: number, width = 24): string {
  const span = high > low ? high - low : 1;
  const at = (k: number): number => values[Math.round((k * (values.length - 1)) / Math.max(1, width - 1))];
  const block = (value: number): string => {
    const level = Math.floor(((value - low) / span) * BLOCKS.length);
    return BLOCKS[Math.max(0, Math.min(BLOCKS.length - 1, level))];
  };
  return Array.from({ length: width }, (_, k) => block(at(k))).join('');
}
