/**
 * Characters that act on a terminal or on the order of the text around them, rather than being seen: controls but tab
 * and line feed, marks of direction, separators of lines, and halves of characters.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/gu;

/** Longest line of a message, in UTF-16 units. */
const LONGEST = 2000;

function escapeOf(mark: string): string {
  return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Text that a terminal shows as it is: what would act on it stands as `\u001b`, which JSON reads back. */
export function printable(text: string): string {
  return text.replace(UNSEEN, escapeOf);
}

/** The same on one line: breaks and tabs are written as well. */
export function onOneLine(text: string): string {
  return printable(text).replace(/[\t\n]/g, (mark) => (mark === '\n' ? '\\n' : '\\t'));
}

/** Text without its middle where it is longer than `most`. */
export function withoutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 3);
  // No half of a character stays.
  const first = text.slice(0, most - end - 1).replace(/[\ud800-\udbff]$/, '');
  return `${first}…${text.slice(text.length - end).replace(/^[\udc00-\udfff]/, '')}`;
}

/** A message that can be shown whatever stands in it: printable, no line longer than 2,000. */
export function messageText(text: string): string {
  if (text.length <= LONGEST) return printable(text);
  return printable(
    text
      .split('\n')
      .map((line) => withoutMiddle(line, LONGEST))
      .join('\n'),
  );
}
