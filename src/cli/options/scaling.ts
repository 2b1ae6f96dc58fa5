import { SCALE_MODES, type ScaleMode } from '../../data/scale.js';
import { WHITENING_DEFAULTS } from '../../linalg/whitening.js';
import { badValue, decimal } from './values.js';

/** How the rows of a command are scaled: one by one or feature by feature, or whitened with an epsilon. */
export type Scaling = ScaleMode | `zca:${number}`;

/** `--scale` for the help. */
export const SCALING_TEXT = `${SCALE_MODES.join(' | ')} | zca[:eps] (whitening, eps ${WHITENING_DEFAULTS.epsilon})`;

/** The epsilon of a whitening; null for any other scaling. */
export function epsilonOf(scaling: Scaling): number | null {
  const [, text] = /^zca:(.*)$/.exec(scaling) ?? [];
  return text === undefined ? null : Number(text);
}

/** Reads `--scale`; `zca` becomes `zca:0.1`. */
export function scalingOf(flag: string, text: string): Scaling {
  const mode = SCALE_MODES.find((each) => each === text);
  if (mode !== undefined) return mode;
  if (text === 'zca') return `zca:${WHITENING_DEFAULTS.epsilon}`;
  if (!text.startsWith('zca:')) {
    const rule = `must be one of ${SCALE_MODES.join(', ')}, zca, zca:eps`;
    throw badValue(flag, rule, text, `For example ${flag} ${SCALE_MODES[0]}`);
  }
  const epsilon = decimal(text.slice('zca:'.length));
  if (epsilon === null || epsilon < 0) {
    throw badValue(flag, 'must be zca:eps with a number from 0 on', text, `For example ${flag} zca:0.1`);
  }
  return `zca:${epsilon}`;
}
