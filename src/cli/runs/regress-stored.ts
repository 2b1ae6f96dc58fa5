import type { MatrixFile } from '../../operators/matrix-file.js';
import type { InputRecord } from '../../report/records/common.js';
import { storedSource } from '../../sources/stored.js';
import { checkSameKind, storedLabels } from '../load-labels.js';
import type { RegressJob } from '../options/regress.js';
import { sha256Of } from './hash.js';
import { noLabels, type Start } from './regress-source.js';

/** What helps where a stored kernel is not square. */
const WITHOUT_TEST = 'Compute it without Z.';

async function inputOf({ path, shape, sha256 }: MatrixFile): Promise<InputRecord> {
  return { path, shape, sha256: sha256 ?? (await sha256Of(path)) };
}

/** Stored kernels, and labels from files. */
export async function fromStored(job: RegressJob, memory: number, signal: AbortSignal): Promise<Start> {
  const { kernel: path, cross: crossPath } = job.stored ?? { kernel: '', cross: '' };
  const limits = { memory, signal };
  const source = await storedSource(path, { ...limits, cross: crossPath, remedy: WITHOUT_TEST });
  const { kernel } = source;
  const cross = source.crossKernel ?? kernel;
  const { input } = job;
  if (input.labels === null) throw noLabels(path);
  const owner = { path: 'the kernel', fileRows: kernel.shape[0] };
  const labels = await storedLabels(input.labels, input.rows, owner, null, input, limits);
  const { testLabels: testPath } = input;
  const test = { path: 'the cross kernel', fileRows: cross.shape[0] };
  const testLabels =
    testPath === undefined ? null : await storedLabels(testPath, input.rowsZ, test, labels.classes, input, limits);
  checkSameKind(labels, testLabels, testPath ?? '');
  const warnings = [...kernel.warnings, ...cross.warnings, ...labels.warnings, ...(testLabels?.warnings ?? [])];
  return {
    inputs: [await inputOf(kernel), await inputOf(cross)],
    warnings: [...new Set(warnings)],
    labels,
    testLabels,
    n: kernel.shape[0],
    m: cross.shape[0],
    variants: [],
    kernel: async () => source,
  };
}
