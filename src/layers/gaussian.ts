import type { CheckContext, Signal } from './layer.js';

const LAW = {
  data: 'the data',
  gaussian: 'a Gaussian state',
  other: 'the output of an activation, or a sum with one or with the data',
  unknown: 'unknown',
};

/**
 * Reports a layer whose input is not Gaussian although its kernel is an expectation over Gaussians.
 *
 * @returns whether the input is Gaussian, or not known to be otherwise
 */
export function requireGaussian(kind: string, signal: Signal, context: CheckContext): boolean {
  if (signal.law === 'gaussian' || signal.law === 'unknown') return true;
  context.report(
    context.path,
    `${kind} needs a Gaussian input, got ${LAW[signal.law]}. Put a dense layer (or conv) before it.`,
  );
  return false;
}

/** Reports a network whose output is not Gaussian; `path` names its last layer. */
export function requireGaussianEnd(signal: Signal, path: string, report: CheckContext['report']): void {
  if (signal.law === 'gaussian' || signal.law === 'unknown') return;
  report(path, `the network must end in a Gaussian state, got ${LAW[signal.law]}. Add a dense layer at the end.`);
}
