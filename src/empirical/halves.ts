/** A size, halved down to 1: what plans try. */
export function halves(from: number): number[] {
  const sizes: number[] = [];
  for (let size = from; size > 1; size = Math.ceil(size / 2)) sizes.push(size);
  return [...sizes, 1];
}
