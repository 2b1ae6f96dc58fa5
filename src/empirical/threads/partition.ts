/** Which of several workers of a pool does a piece of work. */
export interface Partition {
  readonly worker: number;
  readonly workers: number;
}

/** The only worker. */
export const ALONE: Partition = { worker: 0, workers: 1 };

/**
 * Whether piece `index` is this worker's: to and fro among them, since pieces of a triangle grow or shrink one after
 * the other.
 */
export function isMine({ worker, workers }: Partition, index: number): boolean {
  const place = index % (2 * workers);
  return Math.min(place, 2 * workers - 1 - place) === worker;
}

/**
 * This worker's panels `[first, rows]` of `count` rows, at most `room` each; `before` panels of the pool were handed
 * out earlier.
 */
export function* myPanels(
  count: number,
  room: number,
  partition: Partition,
  before = 0,
): Generator<readonly [first: number, rows: number]> {
  for (let first = 0, index = before; first < count; first += room, index++) {
    if (isMine(partition, index)) yield [first, Math.min(room, count - first)];
  }
}
