import { readableBytes } from '../../data/budget.js';
import type { KernelPlan } from '../../kernel/types.js';
import { secondsText } from './units.js';

/** A plan for people: one line a fact. */
export function planText(plan: KernelPlan): string {
  const [n, m] = plan.shape;
  const [rows, columns] = plan.tile;
  const half = plan.symmetric ? ', symmetric: the upper half is computed' : '';
  const lines: readonly (readonly [string, string])[] = [
    ['result', `${n} x ${m} in ${plan.precision}, ${readableBytes(plan.outputBytes)}${half}`],
    ['backend', `${plan.backend}, ${plan.device ?? `${plan.threads} ${plan.threads === 1 ? 'thread' : 'threads'}`}`],
    ...(plan.compiler === null ? [] : [['compiler', plan.compiler] as const]),
    ...(plan.native === null ? [] : [['products', `by ${plan.native}`] as const]),
    ['tiles', `${plan.tiles} of ${rows} x ${columns}`],
    ['shortcut', plan.shortcut],
    ['memory', `${readableBytes(plan.memoryBytes)} at the peak, of ${readableBytes(plan.memoryLimit)} promised`],
    ['time', `about ${secondsText(plan.seconds)} of arithmetic`],
  ];
  return lines.map(([name, text]) => `${name.padEnd(9)} ${text}\n`).join('');
}
