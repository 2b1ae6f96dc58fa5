/** What defines the kernel of each curve, in their order: the record's architecture is one, or a list. */
export function architecturesOf({ architecture }: { readonly architecture: object | null }): readonly object[] {
  if (architecture === null) return [];
  return Array.isArray(architecture) ? architecture : [architecture];
}

/** Angle at which a curve has fallen half-way from its first to its last value, by linear interpolation. */
export function halfAngle(angles: readonly number[], values: readonly number[]): number | null {
  const half = (values[0] + values[values.length - 1]) / 2;
  const k = values.findIndex((value) => value <= half);
  if (k < 1 || !(values[0] > half)) return null;
  const share = (values[k - 1] - half) / (values[k - 1] - values[k]);
  return angles[k - 1] + share * (angles[k] - angles[k - 1]);
}

/** Value of a curve at an angle, by linear interpolation. */
export function valueAt(angles: readonly number[], values: readonly number[], angle: number): number {
  const k = angles.findIndex((a) => a >= angle);
  if (k < 0) return values[values.length - 1];
  if (k === 0) return values[0];
  const share = (angle - angles[k - 1]) / (angles[k] - angles[k - 1]);
  return values[k - 1] + share * (values[k] - values[k - 1]);
}
