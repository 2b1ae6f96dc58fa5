/**
 * Number of eigenvalues whose magnitude exceeds the floor of the precision: those that rounding of the entries cannot
 * have made.
 */
export function numericalRank(eigenvalues: ArrayLike<number>, precisionFloor: number): number {
  let rank = 0;
  for (let i = 0; i < eigenvalues.length; i++) if (Math.abs(eigenvalues[i]) > precisionFloor) rank++;
  return rank;
}
