/** Numbers under a title, each at a place of the first column. */
export interface Column {
  readonly title: string;
  readonly places: readonly number[];
  readonly values: readonly (number | null)[];
}

/**
 * PositionPairs of a csv: a column of all places that occur, ascending, then the columns; empty where one has no such
 * place.
 */
export function columnsTable(
  first: string,
  columns: readonly Column[],
): readonly (readonly (string | number | null)[])[] {
  const places = [...new Set(columns.flatMap((column) => column.places))].sort((a, b) => a - b);
  const maps = columns.map((column) => new Map(column.places.map((place, k) => [place, column.values[k]])));
  return [
    [first, ...columns.map(({ title }) => title)],
    ...places.map((place) => [place, ...maps.map((map) => map.get(place) ?? null)]),
  ];
}
