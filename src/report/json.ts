/** Lists of numbers that `JSON.stringify` spread over lines. Texts hold no line breaks in JSON, so none is hit. */
const NUMBER_LIST = /\[\s*\n\s*(-?\d[^"[\]{}]*?)\s*\n\s*\]/g;

/** A result as indented JSON, lists of numbers on one line, with a line break at the end. */
export function jsonText(result: unknown): string {
  const text = JSON.stringify(result, null, 2);
  return `${text.replace(NUMBER_LIST, (_list, numbers: string) => `[${numbers.replace(/\s*\n\s*/g, ' ')}]`)}\n`;
}
