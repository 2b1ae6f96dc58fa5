import { readFileSync } from 'node:fs';
import type { StoredCase } from './draw.js';
import type { Outcome } from './ntk.js';
import { nothing, predicted, something, type Truth } from './truth.js';

/** What a record of `ntk eigs` holds of what is looked at. */
interface EigsRecord {
  readonly values: readonly number[];
  readonly residuals: readonly number[];
  readonly converged: boolean;
  readonly norm: number;
  readonly tol: number;
  readonly which: string;
  readonly positiveSemidefinite: boolean | null;
  readonly conditionNumber: number | null;
  readonly conditionAtLeast: number | null;
  readonly effectiveDimension: readonly object[] | null;
  readonly numericalRank: { readonly least: number; readonly most: number };
}

/** What a record of `ntk regress` holds of what is looked at. */
interface RegressRecord {
  readonly rows: readonly {
    readonly ridge: number;
    readonly time: number | null;
    readonly residual: number | null;
    readonly solver: { readonly name: string; readonly residual: number | null; readonly converged: boolean };
  }[];
}

const flag = (flags: readonly string[], name: string): string | undefined => flags[flags.indexOf(name) + 1];

/** What is wrong with any outcome: a failure, a trace of the stack, NaN, a message without what it must hold. */
function wrongForm({ code, stdout, stderr }: Outcome): string | null {
  if (![0, 2, 3].includes(code)) return `exit code ${code}`;
  if (/\bat .*\.js:\d/.test(stderr)) return 'a trace of the stack';
  if (code === 2 && stdout !== '') return 'refused with a result';
  if (code === 2 && !/^ntk: .+: .*, got .+\. \S.*$/s.test(stderr.trim())) return 'a message out of the pattern';
  if (/\bNaN\b/.test(stdout)) return 'NaN in the result';
  return null;
}

/** What is wrong with a matrix that must be refused, or that must not; null otherwise. */
function wrongRefusal(truth: Truth, drawn: StoredCase, { code, stderr }: Outcome): string | null {
  const { n } = drawn.matrix;
  const isRefused = code === 2;
  if (drawn.columns !== n || drawn.labels.length !== n) return isRefused ? null : 'wrong sizes not refused';
  if (!truth.isFinite) return isRefused && /NaN|[Ii]nfinit/.test(stderr) ? null : 'not finite, and not called so';
  if (!truth.isSymmetric) return isRefused && stderr.includes('symmetric') ? null : 'asymmetric, and not called so';
  return null;
}

function wrongSpectrum(record: EigsRecord, truth: Truth, { matrix: { n } }: StoredCase): string | null {
  const { values, scale, norm, isSingle } = truth;
  const k = record.values.length;
  const from = record.which === 'largest' ? 0 : n - k;
  const allowed = (record.converged ? (isSingle ? 1e-4 : 1e-9) : 1) * norm;
  for (const [i, value] of record.values.entries()) {
    if (typeof value !== 'number') return `value ${i} is ${value}`;
    if (!(Math.abs(value / scale - values[from + i]) <= allowed)) {
      return `value ${i} is ${value / scale}, ${values[from + i]} by rotations`;
    }
  }
  if (record.residuals.some((r) => typeof r !== 'number')) return 'a residual that is no number';
  const lowest = values[n - 1];
  if (lowest < -something(truth) * norm && record.positiveSemidefinite === true) return 'called semidefinite';
  if (lowest > -1e-15 * norm && record.positiveSemidefinite === false) return 'called indefinite';
  if (record.positiveSemidefinite === false && record.effectiveDimension !== null) return 'an effective dimension';
  const least = values.reduce((a, b) => Math.min(a, Math.abs(b)), Infinity);
  const condition = norm / least;
  if (record.conditionNumber !== null && least > 1e-6 * norm && !isSingle) {
    if (Math.abs(record.conditionNumber / condition - 1) > 1e-6)
      return `condition ${record.conditionNumber}, not ${condition}`;
  }
  if (
    record.conditionAtLeast !== null &&
    record.converged &&
    least > 1e-6 * norm &&
    record.conditionAtLeast > 1.001 * condition
  ) {
    return `condition at least ${record.conditionAtLeast}, but it is ${condition}`;
  }
  const rank = values.filter((v) => Math.abs(v) > something(truth) * norm).length;
  const unsure = values.filter((v) => Math.abs(v) > nothing(truth) * norm).length;
  const { least: low, most } = record.numericalRank;
  if (record.converged && !isSingle && (low > unsure || most < rank)) return `rank ${low} to ${most}, not ${rank}`;
  return null;
}

/** Looks at the outcome of `ntk eigs`. */
export function judgeEigs(drawn: StoredCase, truth: Truth, outcome: Outcome): string | null {
  const wrong = wrongForm(outcome) ?? wrongRefusal(truth, drawn, outcome);
  if (wrong !== null) return wrong;
  const mustRefuse = drawn.columns !== drawn.matrix.n || !truth.isFinite || !truth.isSymmetric;
  if (mustRefuse) return null;
  if (outcome.code === 2) return 'refused';
  return wrongSpectrum(JSON.parse(outcome.stdout) as EigsRecord, truth, drawn);
}

/** Whether a kernel must be refused, must not, or either is right (null). */
function isIndefinite({ values, norm, unit, isSingle }: Truth, ridge: string): boolean | null {
  const lowest = values[values.length - 1];
  const sure = something({ isSingle }) * norm;
  if (ridge === 'auto')
    return lowest < -sure ? (100 * unit + lowest > sure ? false : null) : lowest > -1e-15 * norm ? false : null;
  const lifted = lowest + Number(ridge) * unit;
  if (lowest < -sure && lifted <= 0) return true;
  if (lowest >= -1e-15 * norm || lifted > sure) return false;
  return null;
}

function readNumbers(path: string): Float64Array {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  return new Float64Array(new Uint8Array(bytes.subarray(start)).slice().buffer);
}

/**
 * Whether eigenvalues and rates are all either surely nothing or surely something, so that predictions are defined to
 * some digits.
 */
function isSeparated(truth: Truth, ridge: number): boolean {
  const { values, norm, unit, isSingle } = truth;
  const clear = (v: number): boolean => Math.abs(v) <= 1e-15 * norm || Math.abs(v) >= something({ isSingle }) * norm;
  return values.every(clear) && values.every((v) => clear(v + ridge * unit));
}

function wrongPredictions(drawn: StoredCase, truth: Truth, record: RegressRecord, out: string): string | null {
  const [{ ridge, time, solver }] = record.rows;
  const found = readNumbers(out);
  const bad = found.find((v) => !Number.isFinite(v));
  if (bad !== undefined) return `a prediction ${bad}`;
  if (!solver.converged || !isSeparated(truth, ridge)) return null;
  const right = predicted(drawn, truth, ridge, time ?? Infinity);
  const size = Math.hypot(...drawn.labels) + Math.hypot(...right);
  const allowed = (truth.isSingle || solver.name === 'cg' ? 1e-2 : 1e-4) * size;
  const off = right.findIndex((v, i) => !(Math.abs(v - found[i]) <= allowed));
  return off < 0 ? null : `prediction ${found[off]}, not ${right[off]}`;
}

/** Looks at the outcome of `ntk regress`, whose predictions are in `out` where it has one result. */
export function judgeRegress(drawn: StoredCase, truth: Truth, outcome: Outcome, out: string | null): string | null {
  const wrong = wrongForm(outcome) ?? wrongRefusal(truth, drawn, outcome);
  if (wrong !== null) return wrong;
  const { n } = drawn.matrix;
  if (drawn.columns !== n || drawn.labels.length !== n || !truth.isFinite || !truth.isSymmetric) return null;
  const { flags } = drawn;
  const ridge = flag(flags, '--ridge') ?? '';
  const iterates = flags.includes('cg');
  if (truth.norm === 0 && ridge === 'auto') return outcome.code === 2 ? null : 'a ridge chosen for a kernel of zeros';
  const indefinite = isIndefinite(truth, ridge);
  if (indefinite === true && outcome.code === 0 && !iterates) return 'an indefinite kernel was taken';
  if (indefinite === true && outcome.code === 2 && !outcome.stderr.includes('eigenvalue -'))
    return 'no eigenvalue named';
  if (indefinite === false && outcome.code === 2 && !iterates) return 'refused';
  if (outcome.code === 2) return null;
  const record = JSON.parse(outcome.stdout) as RegressRecord;
  for (const { residual, solver } of record.rows) {
    if (typeof residual !== 'number' || typeof solver.residual !== 'number') return 'a residual that is no number';
    if (residual > 1.000001) return `a residual of ${residual}`;
    if (solver.converged !== solver.residual <= 1e-6) return 'converged, or not, against its residual';
  }
  if (outcome.code === 3 && record.rows.every(({ solver }) => solver.converged)) return 'exit code 3 for nothing';
  if (outcome.code === 0 && record.rows.some(({ solver }) => !solver.converged)) return 'exit code 0 though not solved';
  return out === null ? null : wrongPredictions(drawn, truth, record, out);
}
