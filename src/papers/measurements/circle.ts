import type { KernelDefinition } from '../../architecture/types.js';
import { regressKernel } from '../../regression/kernel-regression.js';
import { targetsOf } from '../../regression/targets.js';
import { analyticSource } from '../../sources/analytic.js';
import { sphereSpectrum } from '../../spectrum/sphere.js';
import type { Curve, CurveFigure } from '../figure.js';
import type { ClaimCheck, ClaimContext } from '../types.js';
import { atLeast, atMost } from '../verdict.js';
import { circlePoints } from './points.js';
import { kernelOptions } from './row-kernel.js';

/** Points of the circle, and frequencies of the target sum of cos(k angle). */
const POINTS = 240;
const FREQUENCIES = Array.from({ length: 9 }, (_, k) => k);
const TIMES = Array.from({ length: 61 }, (_, i) => 10 ** (-3 + i / 10));

/** How a kernel learns the frequencies of a target on the circle. */
interface Learning {
  readonly name: string;
  /** Share of each frequency that is learnt, `[frequencies][times]`. */
  readonly shares: readonly (readonly number[])[];
  /** Time at which half of it is learnt, `[frequencies]`. */
  readonly halves: readonly number[];
  /** Largest departure of a learning rate from n times the eigenvalue, relative. */
  readonly departure: number;
}

/** 1 - exp(-rate t) at the time where it tells most of the rate: near a half. */
function rateFrom(shares: readonly number[]): number {
  const place = shares.reduce((best, share, i) => (Math.abs(share - 0.5) < Math.abs(shares[best] - 0.5) ? i : best), 0);
  return -Math.log1p(-shares[place]) / TIMES[place];
}

/** Gradient flow of 1/2 sum |f - y|^2 at rate 1 by the kernel K / K(x,x) on a sum of cosines. */
async function learn(name: string, architecture: KernelDefinition, context: ClaimContext): Promise<Learning> {
  const x = circlePoints(POINTS);
  const cosine = (k: number, i: number): number => Math.cos((2 * Math.PI * k * i) / POINTS);
  const y = Float64Array.from({ length: POINTS }, (_, i) => FREQUENCIES.reduce((sum, k) => sum + cosine(k, i), 0));
  const source = analyticSource(x, { ...kernelOptions(context), architecture, normalized: true });
  const { predictions } = await regressKernel(source, targetsOf(y, 'regress'), {
    algebra: context.algebra,
    memory: context.memory,
    ridges: [0],
    times: TIMES,
  });
  const shareOf = (f: Float64Array, k: number): number => {
    const sum = f.reduce((total, value, i) => total + value * cosine(k, i), 0);
    return sum / (k === 0 ? POINTS : POINTS / 2);
  };
  const shares = FREQUENCIES.map((k) => predictions.map((f) => shareOf(f, k)));
  const { eigenvalues } = sphereSpectrum(architecture, { dim: 2, maxDegree: FREQUENCIES.length, normalized: true });
  const rates = shares.map(rateFrom);
  const departure = Math.max(...FREQUENCIES.map((k) => Math.abs(rates[k] / (POINTS * eigenvalues[k]) - 1)));
  return { name, shares, halves: rates.map((rate) => Math.LN2 / rate), departure };
}

/** The circle experiment: kernels of one depth whose blocks have different weights. */
export interface CircleSubject {
  /** alpha = 1 / depth, whose odd frequencies are said to be slow. */
  readonly slow: { readonly name: string; readonly definition: KernelDefinition };
  /** alpha = depth^-1/2, and others in which they are not. */
  readonly others: readonly { readonly name: string; readonly definition: KernelDefinition }[];
}

/** Checks and figures of the circle experiment. */
export async function circleExperiment(
  { slow, others }: CircleSubject,
  context: ClaimContext,
): Promise<{ readonly checks: readonly ClaimCheck[]; readonly figures: readonly CurveFigure[] }> {
  const slowest = await learn(slow.name, slow.definition, context);
  const rest: Learning[] = [];
  for (const { name, definition } of others) rest.push(await learn(name, definition, context));
  const all = [slowest, ...rest];
  const ratio = ({ halves }: Learning): number => halves[3] / halves[2];
  const checks = [
    atMost(
      'circle: rates of learning over n times eigenvalues, less 1',
      Math.max(...all.map((one) => one.departure)),
      0.01,
      true,
    ),
    atLeast(`circle: time for frequency 3 over that for 2, ${slow.name}`, ratio(slowest), 30, true),
    ...rest.map((one) => atMost(`circle: time for frequency 3 over that for 2, ${one.name}`, ratio(one), 6, true)),
  ];
  return { checks, figures: [halvesFigure(all), sharesFigure(slowest)] };
}

function halvesFigure(all: readonly Learning[]): CurveFigure {
  return {
    form: 'curves',
    title: 'Circle: time in which gradient flow learns half of a frequency',
    x: { label: 'frequency k of cos(k angle)', scale: 'linear', whole: true },
    y: { label: 'time (of the flow of ½ Σ|f − y|² at rate 1)', scale: 'log' },
    curves: all.map(
      ({ name, halves }): Curve => ({ name, form: 'both', points: FREQUENCIES.map((x) => ({ x, y: halves[x] })) }),
    ),
    caption:
      `Target: the sum of cos(k angle), k = 0 to ${FREQUENCIES.length - 1}, on ${POINTS} points of S^1. Where ` +
      'blocks weigh 1/L, odd frequencies from 3 on lie far above the even ones beside them; larger weights close ' +
      'the gap.',
  };
}

function sharesFigure({ name, shares }: Learning): CurveFigure {
  const family = (k: number): string => (k % 2 === 0 ? 'even' : 'odd');
  return {
    form: 'curves',
    title: `Circle: share of each frequency that is learnt, ${name}`,
    x: { label: 'time (of the flow of ½ Σ|f − y|² at rate 1)', scale: 'log' },
    y: { label: 'share learnt', scale: 'linear', domain: [0, 1] },
    curves: FREQUENCIES.map((k) => ({
      name: `k = ${k}`,
      family: family(k),
      form: 'line',
      points: TIMES.map((x, i) => ({ x, y: shares[k][i] })),
    })),
    caption: 'Even frequencies in one ramp of colours, odd ones in the other: the odd ones from 3 on come last.',
  };
}
