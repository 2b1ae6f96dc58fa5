import { readableBytes } from '../../data/budget.js';
import type { EmpiricalPlan } from '../../empirical/types.js';
import { countText, secondsText } from './units.js';

/** The plan of an empirical kernel for people: one line a fact. */
export function empiricalPlanText(plan: EmpiricalPlan, part: 'layer' | 'variable' = 'layer'): string {
  const { shape, precision, outputBytes, symmetric, outputs, examples, outputsAtOnce, layers } = plan;
  const half = symmetric ? ', symmetric: the upper half is computed' : '';
  const methods = [...new Set(layers.map(({ method }) => method))].map((method) => {
    const count = layers.filter((layer) => layer.method === method).length;
    return `${method} for ${count} ${part}${count === 1 ? '' : 's'}`;
  });
  const panels = plan.rowsAtOnce < shape[0] ? `; ${plan.rowsAtOnce} rows of the result, which go to the file` : '';
  const lines: readonly (readonly [string, string])[] = [
    ['result', `${shape.join(' x ')} in ${precision}, ${readableBytes(outputBytes)}${half}`],
    ['network', `${countText(plan.parameters)} weights, ${outputs} ${outputs === 1 ? 'output' : 'outputs'}`],
    ['products', `${plan.algebra}, ${plan.threads} ${plan.threads === 1 ? 'thread' : 'threads'}`],
    ['methods', methods.join(', ') || 'none: nothing is trained'],
    ['at once', `${examples} examples, ${outputsAtOnce} of the outputs${panels}`],
    ['memory', `${readableBytes(plan.memoryBytes)} at the peak, of ${readableBytes(plan.memoryLimit)} promised`],
    ['time', `about ${secondsText(plan.seconds)} of arithmetic`],
  ];
  return lines.map(([name, text]) => `${name.padEnd(9)} ${text}\n`).join('');
}
