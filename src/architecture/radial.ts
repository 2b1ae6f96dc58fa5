import { UsageError } from '../errors.js';
import { nearest } from './nearest.js';
import type { RadialKernel } from './types.js';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

interface RadialFamily {
  /** Form on the command line. */
  readonly form: string;
  readonly parameters: readonly string[];
  /** Rate and power from the parameters, in order. */
  read(values: readonly number[]): { readonly rate: number; readonly power: number };
}

/** The families by name; all are exp(-rate |x - z|^power). */
export const RADIAL_FAMILIES = {
  laplace: { form: 'laplace:c', parameters: ['c'], read: ([c]) => ({ rate: c, power: 1 }) },
  gamma: { form: 'gamma:g,c', parameters: ['g', 'c'], read: ([g, c]) => ({ rate: c, power: g }) },
  gaussian: { form: 'gaussian:s', parameters: ['s'], read: ([s]) => ({ rate: 0.5 / s / s, power: 2 }) },
} as const satisfies Readonly<Record<string, RadialFamily>>;

function readNumber(text: string, parameter: string, spec: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  const limit = parameter === 'g' ? 2 : Number.MAX_VALUE;
  if (value > 0 && value <= limit) return value;
  const rule = parameter === 'g' ? 'a number above 0 and at most 2' : 'a finite number above 0';
  throw new UsageError(
    `${spec}: ${parameter} must be ${rule}, got ${text === '' ? 'nothing' : text}. Write e.g. laplace:0.5, ` +
      'gamma:1.5,0.5 or gaussian:2.',
  );
}

/**
 * A kernel that is no network, from its command line form, or null when `spec` does not have one (`name:numbers`).
 *
 * `laplace:c` = exp(-c |x-z|), `gamma:g,c` = exp(-c |x-z|^g) with 0 < g <= 2, `gaussian:s` = exp(-|x-z|^2 / (2 s^2)).
 * @throws UsageError for an unknown name, a wrong number of parameters, or one out of its range
 */
export function parseRadial(spec: string): RadialKernel | null {
  const [name, list] = split(spec);
  if (list === null) return null;
  const families: Readonly<Record<string, RadialFamily>> = RADIAL_FAMILIES;
  if (!Object.hasOwn(families, name)) {
    const near = nearest(name, Object.keys(families));
    throw new UsageError(
      `${spec}: a kernel that is no network must be laplace:c, gamma:g,c or gaussian:s, got ${name}. ` +
        `${near === null ? 'Write one of these.' : `Did you mean ${families[near].form}?`}`,
    );
  }
  const family = families[name];
  const texts = list.split(',').map((text) => text.trim());
  if (texts.length !== family.parameters.length) {
    throw new UsageError(
      `${spec}: ${name} must have the form ${family.form}, got ${texts.length} numbers. Write e.g. laplace:0.5, ` +
        'gamma:1.5,0.5 or gaussian:2.',
    );
  }
  const { rate, power } = family.read(texts.map((text, i) => readNumber(text, family.parameters[i], spec)));
  // Below, doubles have fewer digits.
  if (!(rate >= 2 ** -1022 && Number.isFinite(rate))) {
    throw new UsageError(
      `${spec}: the rate ${family.form} stands for must be a finite number of at least 2.3e-308, got ${rate}. ` +
        'Choose a less extreme number, or scale the inputs (--scale unit-rows).',
    );
  }
  return Object.freeze({ format: 'ntk-radial/1', name: spec, rate, power });
}

function split(spec: string): readonly [name: string, list: string | null] {
  const colon = spec.indexOf(':');
  if (colon >= 0) return [spec.slice(0, colon), spec.slice(colon + 1)];
  return Object.hasOwn(RADIAL_FAMILIES, spec) ? [spec, ''] : [spec, null];
}
