import type { Claim, ClaimCheck, ClaimContext, ClaimWords, Measurement, Verdict } from './types.js';

/**
 * The verdict of checks: `holds` where all passed, `fails` where none passed of those that decide, else `in part`.
 *
 * Checks `beside` show where a claim ends; they turn `holds` into `in part`, and never rescue a claim.
 */
export function verdictOf(checks: readonly ClaimCheck[]): Verdict {
  if (checks.length > 0 && checks.every(({ passed }) => passed)) return 'holds';
  return checks.some(({ passed, beside }) => passed && beside !== true) ? 'in part' : 'fails';
}

/** A claim: its words, the kernels that the paper speaks of, and how they are measured. */
export function claimOf<S>(
  words: ClaimWords,
  subject: S,
  measure: (subject: S, context: ClaimContext) => Promise<Measurement>,
): Claim {
  return { ...words, measure: (context) => measure(subject, context) };
}

/** The same of a claim about data, which `checkData` refuses where it cannot be measured on them. */
export function dataClaimOf<S>(
  words: ClaimWords,
  subject: S,
  measure: (subject: S, context: ClaimContext) => Promise<Measurement>,
  checkData: (context: ClaimContext) => void,
): Claim {
  return { ...claimOf(words, subject, measure), checkData };
}

/** A check that a number stays at or below a limit. */
export function atMost(what: string, value: number, limit: number, beside = false): ClaimCheck {
  const passed = value <= limit;
  return {
    what,
    asked: `at most ${short(limit)}`,
    measured: short(value),
    value,
    passed,
    ...(beside ? { beside } : {}),
  };
}

/** A check that a number reaches a limit. */
export function atLeast(what: string, value: number, limit: number, beside = false): ClaimCheck {
  const passed = value >= limit;
  return {
    what,
    asked: `at least ${short(limit)}`,
    measured: short(value),
    value,
    passed,
    ...(beside ? { beside } : {}),
  };
}

/** A check that a number lies within `slack` of another. */
export function near(what: string, value: number, wanted: number, slack: number, beside = false): ClaimCheck {
  const passed = Math.abs(value - wanted) <= slack;
  const asked = `${short(wanted)} ± ${short(slack)}`;
  return { what, asked, measured: short(value), value, passed, ...(beside ? { beside } : {}) };
}

/** A number in three or four digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'none' : value > 0 ? 'infinite' : '-infinite';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(1);
}

/** The largest number, in size, among checks whose text has a phrase; as text, after words for it. */
export function largest(words: string, checks: readonly ClaimCheck[], phrase: string): string {
  const values = checks.flatMap(({ what, value }) => (what.includes(phrase) && value !== undefined ? [value] : []));
  return `${words} ${short(values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0))}`;
}
