import { nearest } from '../architecture/nearest.js';

/** `Did you mean --depth?` when one of the candidates is near to the word, else null. */
export function nearestText(word: string, candidates: readonly string[], dashes = ''): string | null {
  const found = nearest(word, candidates);
  return found === undefined || found === null ? null : `Did you mean ${dashes}${found}?`;
}
