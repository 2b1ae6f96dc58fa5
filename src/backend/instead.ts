import type { CompilerError } from '../errors.js';

/** How the warning begins that what was to be compiled is computed otherwise. */
const INSTEAD = 'host computes in the place of compiled';

/** Says why `host` computes what was to be compiled, and what helps. */
export function insteadWarning({ reason, remedy }: CompilerError): string {
  return `${INSTEAD}: ${reason}.${remedy === '' ? '' : ` ${remedy}.`}`;
}

/** Whether a warning is one of those. */
export function isInstead(warning: string): boolean {
  return warning.startsWith(INSTEAD);
}
