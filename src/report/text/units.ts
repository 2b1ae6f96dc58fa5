/** Seconds for people: `0.42 s`, `3 min 20 s`, `2 h 05 min`. */
export function secondsText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 10) return `${seconds.toPrecision(2)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** A count for people: `4.20 M`. */
export function countText(count: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  // Three digits are shown: what rounds up to the next unit belongs there.
  const power = count < 999.5 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count * 1.0005) / 3));
  const value = count / 1000 ** power;
  return `${power === 0 ? Math.round(value) : value.toPrecision(3)}${units[power]}`;
}
