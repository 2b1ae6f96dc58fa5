/** Values that do not fit on a line of this length are broken over several; lists of numbers are not. */
const LINE = 120;

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = fieldsOf(value).map(([key, inner]) => `${JSON.stringify(key)}: ${inline(inner)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** Fields that JSON has: those that are not undefined. */
function fieldsOf(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, inner]) => inner !== undefined);
}

function isNumberList(value: unknown): boolean {
  return Array.isArray(value) && value.every((inner) => typeof inner === 'number');
}

function layout(value: unknown, indent: string): string {
  const line = inline(value);
  if (typeof value !== 'object' || value === null || isNumberList(value)) return line;
  if (indent !== '' && indent.length + line.length <= LINE) return line;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((v) => deeper + layout(v, deeper)).join(',\n')}\n${indent}]`;
  const fields = fieldsOf(value).map(([key, inner]) => `${deeper}${JSON.stringify(key)}: ${layout(inner, deeper)}`);
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

/** A result as JSON that reads well: short values on one line, a line break at the end. */
export function jsonText(result: object): string {
  return `${layout(result, '')}\n`;
}
