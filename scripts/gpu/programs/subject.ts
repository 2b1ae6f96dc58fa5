import { parseArgs } from 'node:util';
import type { BackendName, Precision } from '../../../src/index.js';

/** What a program of `scripts/gpu-check` is asked to try, by its flags. */
export interface Subject {
  readonly backend: Exclude<BackendName, 'auto'>;
  readonly precision: Precision;
  /** Cases at most. */
  readonly most: number;
  /** Whether the time that the program was given is over. */
  readonly late: () => boolean;
}

/** Reads `--backend`, `--precision`, `--most N` and `--seconds S` of a program. */
export function subjectOf(args: readonly string[]): Subject {
  const { values } = parseArgs({
    args: [...args],
    options: {
      backend: { type: 'string', default: 'host' },
      precision: { type: 'string', default: 'f64' },
      most: { type: 'string', default: 'Infinity' },
      seconds: { type: 'string', default: 'Infinity' },
    },
  });
  const start = performance.now();
  const seconds = Number(values.seconds);
  return {
    backend: values.backend as Subject['backend'],
    precision: values.precision as Precision,
    most: Number(values.most),
    late: () => (performance.now() - start) / 1000 > seconds,
  };
}

/** At most `most` of a list, spread over all of it. */
export function spread<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, k) => list[Math.floor((k * list.length) / most)]);
}
