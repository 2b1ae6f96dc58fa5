/** Bytes that this process holds now: a page is not told, and plans count what they add alone. */
export function residentBytes(): number {
  return 0;
}
