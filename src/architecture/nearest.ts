/**
 * Number of single-character insertions, deletions, replacements and swaps of neighbours from `a` to `b` (Damerau
 * 1964).
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, replaced);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}

/** Long names are noise, not slips of the pen; comparing them would only cost time. */
const LONGEST_NAME = 64;

/**
 * The candidate that a misspelt name most likely means, or null when none is near.
 *
 * Near is an edit distance, upper and lower case and separators aside, of at most a third of the longer name, but 2 for
 * short ones. `nearest('ReLu', ['relu', 'gelu'])` is `'relu'`.
 */
export function nearest(name: string, candidates: readonly string[]): string | null {
  if (name.length > LONGEST_NAME) return null;
  const plain = (text: string) => text.toLowerCase().replace(/[-_ ]/g, '');
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(plain(name), plain(candidate));
    const limit = Math.max(2, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (distance < bestDistance && distance <= limit && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
