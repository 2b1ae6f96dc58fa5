/** Bytes that this process holds now. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}
