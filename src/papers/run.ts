import { readableBytes } from '../data/index.js';
import { InterruptedError, MemoryError, UsageError } from '../errors.js';
import { residentBytes } from '../platform/memory.js';
import type { PaperFigure } from './figure.js';
import type { Claim, ClaimContext, ClaimResult, Measurement, Paper } from './types.js';
import { verdictOf } from './verdict.js';

/** The claims of a paper with these numbers, in the paper's order; throws UsageError for a number that it has not. */
export function chosenClaims(paper: Paper, ids: readonly number[] | null): readonly Claim[] {
  if (ids === null) return paper.claims;
  const known = paper.claims.map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new UsageError(
      `--claims: must be of ${known.join(', ')} for ${paper.name}, got ${unknown}. Leave it out for all of them.`,
    );
  }
  return paper.claims.filter(({ id }) => ids.includes(id));
}

/** How far the claims of a paper have come. */
export interface PaperProgress {
  /** Claims that are measured. */
  readonly done: number;
  /** Claims in all. */
  readonly total: number;
  /** The claim that is being measured. */
  readonly id: number;
}

/** A figure without the points that are no numbers, such as infinite condition numbers. */
function withoutGaps(figure: PaperFigure): PaperFigure {
  if (figure.form === 'fields') return figure;
  const curves = figure.curves.map((curve) => ({
    ...curve,
    points: curve.points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
  }));
  return { ...figure, curves };
}

/** What the numbers of a claim take beside kernels of data, which count their own. */
const RESERVE = 48 * 2 ** 20;

/** A claim's measurement; a lack of memory is told without flags of other commands. */
async function measured({ id, measure }: Claim, context: ClaimContext): Promise<Measurement> {
  const need = residentBytes() + RESERVE;
  const remedy = 'Raise --memory, or leave the claim out by --claims.';
  if (need > context.memory) {
    const promise = readableBytes(context.memory);
    throw new MemoryError(
      `--memory: claim ${id} needs about ${readableBytes(need)}, got a promise of ${promise}. ${remedy}`,
    );
  }
  try {
    return await measure(context);
  } catch (error) {
    const [, rule] = (error instanceof MemoryError && /^--memory: (.*?, got .*?)\. [A-Z]/.exec(error.message)) || [];
    if (rule === undefined) throw error;
    throw new MemoryError(`--memory: in claim ${id} ${rule}. ${remedy}`, { cause: error });
  }
}

/**
 * Measures claims of a paper one after the other: verdicts with their numbers.
 *
 * @throws UsageError for a claim that the paper has not, MemoryError where one needs more memory, InterruptedError when
 * aborted, and what measurements throw
 */
export async function measureClaims(
  paper: Paper,
  context: ClaimContext,
  ids: readonly number[] | null = null,
  onProgress: (progress: PaperProgress) => void = () => undefined,
): Promise<readonly ClaimResult[]> {
  const claims = chosenClaims(paper, ids);
  // What would be refused last is refused first.
  for (const claim of claims) claim.checkData?.(context);
  const results: ClaimResult[] = [];
  for (const claim of claims) {
    if (context.signal?.aborted) throw new InterruptedError();
    onProgress({ done: results.length, total: claims.length, id: claim.id });
    const { measure: _measure, checkData: _checkData, ...words } = claim;
    const began = performance.now();
    const found = await measured(claim, context);
    const seconds = (performance.now() - began) / 1000;
    const figures = found.figures.map(withoutGaps);
    results.push({
      ...words,
      ...found,
      figures,
      warnings: found.warnings ?? [],
      verdict: verdictOf(found.checks),
      seconds,
    });
  }
  return results;
}
