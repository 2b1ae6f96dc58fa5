/**
 * Spiky or stable: the angle at which a kernel has fallen half-way from its value at 0 to its value at pi, as depth
 * grows.
 *
 * Run in the project's root: node dist/scripts/examples/depth-profile.js
 *
 * Expected output: the half-angles of fc fall with depth (it becomes a spike), those of resntk with alpha = 1/depth
 * hardly move.
 */
import { type Architecture, kernelProfile, parseRadial, presetArchitecture } from '../../src/index.js';

const DEPTHS = [2, 8, 32, 128, 512];

/** Degrees; the kernel is read off between two angles by a straight line. */
function halfAngle(angles: readonly number[], values: readonly number[]): number {
  const half = (values[0] + values[values.length - 1]) / 2;
  const i = values.findIndex((value) => value <= half);
  const part = (values[i - 1] - half) / (values[i - 1] - values[i]);
  return ((angles[i - 1] + part * (angles[i] - angles[i - 1])) * 180) / Math.PI;
}

function sweep(network: (depth: number) => Architecture): string {
  const { angles, curves } = kernelProfile(DEPTHS.map(network), { angles: 1801 });
  return curves.map(({ values }) => halfAngle(angles, values).toFixed(1).padStart(8)).join('');
}

console.log(`${'half-angle, degrees'.padEnd(24)}${DEPTHS.map((depth) => `L=${depth}`.padStart(8)).join('')}`);
console.log(`${'fc'.padEnd(24)}${sweep((depth) => presetArchitecture('fc', { depth }))}`);
console.log(
  `${'resntk, alpha = 1/L'.padEnd(24)}${sweep((depth) => presetArchitecture('resntk', { depth, gamma: 1 }))}`,
);

const laplace = parseRadial('laplace:1');
if (laplace !== null) {
  const { angles, curves } = kernelProfile([laplace], { angles: 1801 });
  console.log(`${'laplace:1'.padEnd(24)}${halfAngle(angles, curves[0].values).toFixed(1).padStart(8)}`);
}
