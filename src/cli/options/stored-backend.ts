import { UsageError } from '../../errors.js';
import type { ParsedArguments } from './parsed.js';

/** Backends that have linear algebra; a stored matrix asks nothing else of one. */
const WITH_ALGEBRA = ['auto', 'host', 'tensorflow'];

/** Refuses a backend that computes kernels alone where the kernel is stored. @throws UsageError */
export function checkStoredBackend(args: ParsedArguments): void {
  const given = args.values.get('backend')?.at(-1);
  if (given === undefined || WITH_ALGEBRA.includes(given)) return;
  throw new UsageError(
    `--backend: must be ${WITH_ALGEBRA.join(', ').replace(/, (\w+)$/, ' or $1')} with a stored matrix, got ${given}. ` +
      'Leave it out.',
  );
}
