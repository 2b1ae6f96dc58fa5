/** Which of several members of a team does a piece of work. */
export interface Turn {
  readonly member: number;
  readonly members: number;
}

/** The only member. */
export const ALONE: Turn = { member: 0, members: 1 };

/** Whether piece `index` is this member's: to and fro among them, since pieces of a triangle grow or shrink one after the other. */
export function isMine({ member, members }: Turn, index: number): boolean {
  const place = index % (2 * members);
  return Math.min(place, 2 * members - 1 - place) === member;
}

/** This member's panels `[first, rows]` of `count` rows, at most `room` each; `before` panels of the team were handed out earlier. */
export function* myPanels(
  count: number,
  room: number,
  turn: Turn,
  before = 0,
): Generator<readonly [first: number, rows: number]> {
  for (let first = 0, index = before; first < count; first += room, index++) {
    if (isMine(turn, index)) yield [first, Math.min(room, count - first)];
  }
}
