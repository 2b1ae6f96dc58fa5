interface Cluster {
  readonly first: number;
  readonly count: number;
  /** Sum of the wanted centres. */
  readonly wanted: number;
}

/**
 * Positions nearest to `wanted` (ascending, pixels) that are at least `gap` apart and lie in [`low`, `high`]:
 * labels that would touch are moved apart evenly around their mean.
 */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): readonly number[] {
  const start = (c: Cluster): number => {
    const length = (c.count - 1) * gap;
    return Math.max(low, Math.min(high - length, c.wanted / c.count - length / 2));
  };
  const clusters: Cluster[] = [];
  for (const [k, at] of wanted.entries()) {
    let cluster: Cluster = { first: k, count: 1, wanted: at };
    let before = clusters.at(-1);
    while (before !== undefined && start(before) + before.count * gap > start(cluster)) {
      cluster = { first: before.first, count: before.count + cluster.count, wanted: before.wanted + cluster.wanted };
      clusters.pop();
      before = clusters.at(-1);
    }
    clusters.push(cluster);
  }
  return clusters.flatMap((c) => Array.from({ length: c.count }, (_, k) => start(c) + k * gap));
}
