/** What a Slurm job was given; Infinity where it says nothing. */
export interface SlurmLimits {
  /** Bytes. */
  readonly memory: number;
  readonly processors: number;
}

const MEBIBYTE = 2 ** 20;

/** A number above 0; 0 and nothing are no limit to Slurm. */
function positive(text: string | undefined): number {
  const value = Number(text?.trim() || Number.NaN);
  return value > 0 ? value : Number.POSITIVE_INFINITY;
}

/** The largest number of a list by node such as `4(x2),2`. */
function largestOf(list: string | undefined): number {
  const numbers = (list ?? '').split(',').map((part) => positive(part.replace(/\(x\d+\)$/, '')));
  const finite = numbers.filter(Number.isFinite);
  return finite.length === 0 ? 1 : Math.max(...finite);
}

/**
 * Memory and processors of this task of a Slurm job, from its environment: Slurm need not enforce them by control
 * groups.
 *
 * Source: srun(1) and sbatch(1), output environment variables; memory is in MiB.
 */
export function slurmLimits(env: NodeJS.ProcessEnv): SlurmLimits {
  if (env.SLURM_JOB_ID === undefined) return { memory: Number.POSITIVE_INFINITY, processors: Number.POSITIVE_INFINITY };
  // Tasks that srun starts on this node share it; a batch script has it alone.
  const tasks = largestOf(env.SLURM_STEP_TASKS_PER_NODE);
  const onNode = positive(env.SLURM_CPUS_ON_NODE) / tasks;
  const processors = Math.min(positive(env.SLURM_CPUS_PER_TASK), onNode);
  const byNode = positive(env.SLURM_MEM_PER_NODE) / tasks;
  const byProcessor = positive(env.SLURM_MEM_PER_CPU) * (Number.isFinite(onNode) ? onNode : processors);
  return { memory: MEBIBYTE * Math.min(byNode, byProcessor), processors };
}
