import type { ModelOptions } from '../../empirical/functions/saved-model.js';
import { BackendError, UsageError } from '../../errors.js';
import { PRESET_KEYS } from './architecture.js';
import { readComputeOptions } from './compute.js';
import { type EmpiricalFiles, readEmpiricalFiles } from './empirical.js';
import { type ParsedArguments, parsedOf, textOf, textsOf } from './parsed.js';
import { nonEmpty } from './values.js';

/** A call of `ntk empirical` with `--model`, checked as far as it can be without files. */
export interface ModelJob extends EmpiricalFiles {
  /** File of the model. */
  readonly model: string;
  readonly backend: NonNullable<ModelOptions['backend']>;
  readonly memory?: number;
}

/** Flags that mean nothing where the model is in a file, with the reason. */
const STRAY: Readonly<Record<string, string>> = {
  ...Object.fromEntries(PRESET_KEYS.map(([, name]) => [name, 'whose layers are in its file'])),
  width: 'whose layers are in its file',
  outputs: 'whose layers are in its file',
  init: 'whose weights are in its file',
  weights: 'whose weights are in its file',
  'save-weights': 'whose weights are in its file',
  seed: 'whose weights are in its file',
  native: 'which TensorFlow.js computes',
  threads: 'which TensorFlow.js computes',
};

function checkStray(args: ParsedArguments): void {
  const arch = textOf(args, 'arch');
  if (arch !== undefined) {
    throw new UsageError(`--model: must come without --arch, got ${textOf(args, 'model')} and ${arch}. Leave one out.`);
  }
  for (const [flag, reason] of Object.entries(STRAY)) {
    const [given] = textsOf(args, flag);
    if (given === undefined) continue;
    throw new UsageError(`--${flag}: must come without --model, ${reason}, got ${given}. Leave one out.`);
  }
}

/**
 * Reads the flags of `ntk empirical` with `--model`. Its precision is that of TensorFlow.js, whatever the default
 * elsewhere.
 */
export function readModelJob(args: ParsedArguments): ModelJob {
  checkStray(args);
  const { precision, backend, memory } = readComputeOptions(args);
  if (precision === 'f64' && textOf(args, 'precision') !== undefined) {
    throw new BackendError(
      '--precision: must be f32 with --model, since TensorFlow.js computes in nothing else, got f64. Leave it out.',
    );
  }
  if (backend !== 'auto' && backend !== 'tfjs' && backend !== 'tensorflow') {
    throw new BackendError(`--backend: must be tfjs or tensorflow with --model, got ${backend}. Leave it out.`);
  }
  const model = parsedOf(args, 'model', nonEmpty);
  if (model === undefined) throw new UsageError('--model: must be given, got none. For example --model model.json.');
  return { model, backend, ...(memory === undefined ? {} : { memory }), ...readEmpiricalFiles(args) };
}
