/**
 * Texts of the functions that `code` calls, and of those that they call, in the order of the table `functions`, which
 * prints each by its name.
 */
export function calledFrom(functions: Readonly<Record<string, () => string>>, code: string): string {
  const texts = new Map<string, string>();
  const add = (text: string): void => {
    for (const [name, print] of Object.entries(functions)) {
      if (texts.has(name) || !new RegExp(`\\b${name}\\b`).test(text)) continue;
      texts.set(name, print());
      add(texts.get(name) ?? '');
    }
  };
  add(code);
  const order = Object.keys(functions).filter((name) => texts.has(name));
  return order.map((name) => texts.get(name)).join('\n\n');
}
