/** A number as C takes it, with all its digits. */
export function literal(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/**
 * Lines that leave the polynomial with `coefficients` (lowest first) of vector `x` in vector `p`, for vectors whose
 * names start with `prefix`.
 *
 * Two chains, one for even and one for odd powers, halve the waiting for results.
 */
export function polynomial(coefficients: readonly number[], prefix: '' | 'd', x = 'x'): string {
  const chain = (name: string, parity: number): readonly string[] => {
    const [first, ...rest] = coefficients.filter((_, k) => k % 2 === parity).reverse();
    const start = `  ${prefix}V ${name} = ${prefix}splat(${literal(first)});`;
    return [start, ...rest.map((c) => `  ${name} = ${prefix}madd(${name}, square, ${prefix}splat(${literal(c)}));`)];
  };
  return [
    `  ${prefix}V square = ${x} * ${x};`,
    ...chain('even', 0),
    ...chain('odd', 1),
    `  ${prefix}V p = ${prefix}madd(odd, ${x}, even);`,
  ].join('\n');
}
