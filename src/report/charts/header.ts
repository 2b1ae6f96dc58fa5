import { onOneLine, withoutMiddle } from '../../printable.js';
import type { FigureLayout, KeyEntry } from './chart.js';

/** Size of the title's letters, pixels. */
export const TITLE_SIZE = 14;
/** Length of a sample in the key, pixels. */
export const SAMPLE = 26;
const TITLE_LETTER = 7.7;
const KEY_LETTER = 6.1;
const TITLE_LINE = 18;
const KEY_LINE = 17;
const GAP = 18;
const LEFT = 12;
/** Letters of the longest title: what is longer is not read any more. */
const LONGEST_TITLE = 400;

/** Words in lines of at most `letters` letters; a word that is longer has a line of its own. */
export function wrapped(text: string, letters: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A line of the title at its base line, pixels from the upper left corner. */
export interface PlacedText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** Lines of a title. */
export function titleLines(title: string, { width }: FigureLayout): readonly PlacedText[] {
  const lines = wrapped(withoutMiddle(onOneLine(title), LONGEST_TITLE), Math.floor((width - 2 * LEFT) / TITLE_LETTER));
  return lines.map((text, k) => ({ text, x: LEFT, y: 20 + k * TITLE_LINE }));
}

/** An entry of the key with the place of its sample's left end. */
export interface PlacedEntry {
  readonly entry: KeyEntry;
  readonly x: number;
  readonly y: number;
}

/** The key under the title, in as many lines as it needs. */
export function placedKey(title: string, key: readonly KeyEntry[], layout: FigureLayout): readonly PlacedEntry[] {
  const start = 20 + titleLines(title, layout).length * TITLE_LINE;
  let [x, line] = [LEFT, 0];
  return key.map((entry) => {
    const width = SAMPLE + 6 + KEY_LETTER * entry.text.length;
    if (x > LEFT && x + width > layout.width - LEFT) [x, line] = [LEFT, line + 1];
    const placed = { entry, x, y: start + line * KEY_LINE };
    x += width + GAP;
    return placed;
  });
}

/** Pixels above the axes that title and key take. */
export function headerHeight(title: string, key: readonly KeyEntry[], layout: FigureLayout): number {
  const last = placedKey(title, key, layout).at(-1);
  return (last?.y ?? 20 + (titleLines(title, layout).length - 1) * TITLE_LINE) + 22;
}
