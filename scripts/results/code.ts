/** Programs without the names that they use: functions, variables and fields by the order in which they appear. */

/** Gives every name a number, that of its first appearance. */
function numbering(sign: string): (name: string) => string {
  const numbers = new Map<string, string>();
  return (name) => {
    const known = numbers.get(name) ?? `${sign}${numbers.size}`;
    numbers.set(name, known);
    return known;
  };
}

/**
 * Names that a function declares: parameters, variables; of a structure its fields. They may hide one of the whole
 * program.
 */
function declaredIn(block: string): ReadonlySet<string> {
  const declared = block.matchAll(/\b(?:let|var|const)\s+(\w+)|\b([A-Za-z_]\w*)\s*:/g);
  return new Set([...declared].map(([, variable, typed]) => variable ?? typed));
}

/**
 * WGSL with numbers for names and without comments: the same for two programs that differ in their names alone.
 *
 * Names of functions keep their number in the whole program, those of variables and fields within one function, which
 * ends with a line `}`.
 */
export function withoutNames(code: string): string {
  const global = numbering('g');
  const blocks = code.replace(/ *\/\/.*$/gm, '').split(/(?<=^\}$\n)/m);
  const renamed = blocks.map((block) => {
    const declared = declaredIn(block);
    const [local, field] = [numbering('l'), numbering('f')];
    return block.replace(/(\.|\bfn\s+|)\b([A-Za-z_]\w*)\b/g, (_, before: string, name: string) => {
      if (before === '.') return `.${field(name)}`;
      return before === '' && declared.has(name) ? local(name) : `${before}${global(name)}`;
    });
  });
  return renamed.join('');
}
