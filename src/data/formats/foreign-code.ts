/** A path as it may stand within quotes in a line of code; FILE for one with signs that have a meaning there. */
export function inCode(path: string): string {
  return /^[\w./ @+=:,~-]+$/.test(path) ? path : 'FILE';
}

/** The `.npy` file beside `file` that a conversion writes, never `file` itself. */
export function besideFile(file: string): string {
  const stem = file.replace(/(\.[^./]+)?(\.gz)?$/i, '');
  return file === `${stem}.npy` ? `${stem}-array.npy` : `${stem}.npy`;
}

/**
 * A line for the shell in which Python saves the value of `expression` to the file `out`; `modules` are imported beside
 * numpy.
 */
export function savedBy(modules: string, expression: string, out: string): string {
  return `python3 -c "import numpy${modules === '' ? '' : `, ${modules}`}; numpy.save('${out}', ${expression})"`;
}
