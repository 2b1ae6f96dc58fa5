import { DEFAULT_LAYOUT } from '../../data/layout.js';
import type { KernelPlan, KernelRun } from '../../kernel/types.js';
import { commonRecord } from '../../report/record.js';
import type { KernelRecord } from '../../report/records/kernel.js';
import type { LoadedInputs } from '../load.js';
import type { KernelJob } from '../options/kernel.js';

/** Seconds since the process started, at the ends of two stages. */
export interface KernelTimes {
  /** When the data were there. */
  readonly loaded: number;
  /** When the matrix was written. */
  readonly finished: number;
}

/** A range as it was given, `a:b`; null for all rows. */
export function rangeText(range: { readonly start: number; readonly end: number } | null): string | null {
  return range === null ? null : `${range.start}:${Number.isFinite(range.end) ? range.end : ''}`;
}

/** What the process spent apart from the library's own stages (loading modules) counts as `compile`. */
function stagesOf(run: KernelRun | null, { loaded, finished }: KernelTimes) {
  const spent = finished - loaded;
  if (run === null) return { load: loaded, compile: spent };
  const { compile, compute, write, check } = run.stages;
  return { load: loaded, compile: Math.max(compile, spent - compute - write - check), compute, write, check };
}

/** The record of a kernel that was computed (`run`) or only planned (null). */
export function kernelRecord(
  job: KernelJob,
  data: LoadedInputs,
  {
    plan,
    run,
    times,
    warnings,
  }: {
    readonly plan: KernelPlan;
    readonly run: KernelRun | null;
    readonly times: KernelTimes;
    readonly warnings: readonly string[];
  },
): KernelRecord {
  const { definition: architecture, compute, input, out } = job;
  const { backend, precision } = plan;
  const stages = stagesOf(run, times);
  const head = { command: 'kernel' as const, backend, precision, stages, architecture, inputs: data.inputs, warnings };
  return {
    ...commonRecord(head),
    out,
    shape: plan.shape,
    kind: compute.kind,
    normalized: compute.normalized,
    threads: plan.threads,
    native: plan.native,
    seed: compute.seed,
    scale: input.scale,
    layout: input.layout ?? DEFAULT_LAYOUT,
    rows: rangeText(input.rows),
    rowsZ: data.z === null ? null : rangeText(input.rowsZ),
    labels: data.labels,
    plan: { ...plan, memoryBytes: Math.max(plan.memoryBytes, data.memoryBytes) },
    tableError: run?.tableError ?? null,
    nearPairs: run?.nearPairs ?? null,
    recomputed: run?.recomputed ?? null,
  };
}
