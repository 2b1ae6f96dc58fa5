import type { CheckContext, Signal } from './layer.js';

const LAW = {
  data: 'the data',
  gaussian: 'a Gaussian state',
  other: 'the output of an activation, or a sum with one or with the data',
  unknown: 'unknown',
};

/**
 * Reports a layer whose input is not Gaussian, or not of one variance over its features, although its kernel is an
 * expectation over one Gaussian for all of them.
 *
 * @returns whether the input is such, or not known to be otherwise
 */
export function requireGaussian(kind: string, signal: Signal, context: CheckContext): boolean {
  if (signal.law === 'unknown') return true;
  if (signal.law === 'gaussian') return requireOneVariance(kind, signal, context);
  context.report(
    context.path,
    `${kind} needs a Gaussian input, got ${LAW[signal.law]}. Put a dense layer (or conv) before it.`,
  );
  return false;
}

/**
 * Reports a layer behind a `flatten` of several positions: each brings features of its own variance, so that the mean
 * of the covariances, which `flatten` leaves, is not the covariance of any of them.
 */
function requireOneVariance(kind: string, { grid }: Signal, context: CheckContext): boolean {
  if (grid.gathered === null || grid.gathered === 1) return true;
  context.report(
    context.path,
    `${kind} needs features of one variance, got those of ${grid.gathered} positions that flatten put side by ` +
      'side. Put a dense layer between.',
  );
  return false;
}

/** Reports a network whose output is not Gaussian; `path` names its last layer. */
export function requireGaussianEnd(signal: Signal, path: string, report: CheckContext['report']): void {
  if (signal.law === 'gaussian' || signal.law === 'unknown') return;
  report(path, `the network must end in a Gaussian state, got ${LAW[signal.law]}. Add a dense layer at the end.`);
}
