/** Cycles of imports, by the components in which every file, or room, reaches every other. */
import type { Import, ImportKind } from './imports.js';

/** Imports of these kinds are followed. */
export const FOLLOWED = {
  values: ['value'],
  types: ['type'],
  'values and types': ['value', 'type'],
  all: ['value', 'type', 'dynamic'],
} as const satisfies Readonly<Record<string, readonly ImportKind[]>>;

/** What is followed, by the names of the table above. */
export type Followed = keyof typeof FOLLOWED;

/** Components of more than one node (Tarjan 1972), each sorted, largest first. */
function components(next: ReadonlyMap<string, ReadonlySet<string>>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const close = (node: string): void => {
    const members = open.splice(open.indexOf(node));
    if (members.length > 1) found.push(members.sort());
    for (const member of members) lowest.set(member, Number.POSITIVE_INFINITY);
  };
  const visit = (node: string): number => {
    const own = order.size;
    order.set(node, own);
    lowest.set(node, own);
    open.push(node);
    let low = own;
    for (const one of next.get(node) ?? []) low = Math.min(low, order.has(one) ? (lowest.get(one) ?? 0) : visit(one));
    lowest.set(node, low);
    if (low === own) close(node);
    return low;
  };
  for (const node of next.keys()) if (!order.has(node)) visit(node);
  return found.sort((a, b) => b.length - a.length || (a[0] < b[0] ? -1 : 1));
}

/** Groups of files (or rooms) that reach each other by imports of the kinds that are followed. */
export function cycles(imports: readonly Import[], followed: Followed): readonly (readonly string[])[] {
  const kinds: readonly ImportKind[] = FOLLOWED[followed];
  const next = new Map<string, Set<string>>();
  for (const { from, to, kind } of imports) {
    if (!kinds.includes(kind)) continue;
    const targets = next.get(from) ?? new Set();
    next.set(from, targets.add(to));
  }
  return components(next);
}
