import { csvText } from './csv.js';

/** A curve's points under its name. */
export interface NamedCurve {
  readonly name: string;
  readonly angles: readonly number[];
  readonly values: readonly number[];
}

/** Curves as csv: a column of angles (all that occur), then a column a curve; empty where a curve has no such angle. */
export function curvesCsv(curves: readonly NamedCurve[]): string {
  const angles = [...new Set(curves.flatMap((curve) => curve.angles))].sort((a, b) => a - b);
  const columns = curves.map((curve) => new Map(curve.angles.map((angle, k) => [angle, curve.values[k]])));
  const rows = angles.map((angle) => [angle, ...columns.map((column) => column.get(angle) ?? null)]);
  return csvText([['angle', ...curves.map(({ name }) => name)], ...rows]);
}
