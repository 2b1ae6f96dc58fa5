import { columnsTable } from '../figures/columns.js';
import type { FitResult } from '../records/fit.js';
import { csvText } from './csv.js';

/** Curves of fits as csv: a column of angles or distances, then of each kernel its values and the fit. */
export function fitCsv({ rows }: FitResult): string {
  const isAngle = rows.every(({ curves }) => curves.angles !== undefined);
  const columns = rows.flatMap(({ name, curves: { angles, distances, kernel, low, high, model } }) => {
    const places = angles ?? distances ?? [];
    const column = (title: string, values: readonly number[] | null | undefined) =>
      values === null || values === undefined ? [] : [{ title, places, values }];
    return [
      ...column(name, kernel),
      ...column(`${name} least`, low),
      ...column(`${name} largest`, high),
      ...column(`${name} fit`, model),
    ];
  });
  return csvText(columnsTable(isAngle ? 'angle' : 'distance', columns));
}
