/**
 * A network of one's own: biases, nested residual blocks and gelu, its NNGP and NTK in one pass, and a wrong
 * description.
 *
 * Run in the project's root: node dist/scripts/examples/own-network.js
 *
 * Expected output: both kernels on two unit vectors at 60 degrees, then two problems of the wrong network, each with
 * its path.
 */
import { ArchitectureError, kernelMatrix, type NdArray, parseArchitecture } from '../../src/index.js';

const dense = { kind: 'dense', weightStd: 1.2, biasStd: 0.1 };
const inner = { kind: 'residual', alpha: 0.5, branch: [{ kind: 'gelu' }, dense] };
const outer = { kind: 'residual', alpha: 0.8, branch: [inner, { kind: 'relu' }, dense] };

// The JSON of a file works the same: parseArchitecture(JSON.parse(text), 'mine.json').
const architecture = parseArchitecture({
  format: 'ntk-architecture/1',
  name: 'nested blocks',
  layers: [dense, outer, { kind: 'gelu' }, { kind: 'dense', train: false }],
});

const x: NdArray = { data: Float64Array.of(1, 0, 0.5, Math.sqrt(0.75)), shape: [2, 2] };
const { nngp, ntk } = await kernelMatrix(x, { architecture, kind: 'both' });
console.log(`nngp: ${nngp?.data.join('  ')}`);
console.log(`ntk:  ${ntk?.data.join('  ')}`);

try {
  const wrong = { kind: 'residual', branch: [{ kind: 'dense', weightStd: -1 }, { kind: 'geluu' }] };
  parseArchitecture({ format: 'ntk-architecture/1', layers: [dense, wrong, { kind: 'dense' }] });
} catch (error) {
  if (!(error instanceof ArchitectureError)) throw error;
  for (const { path, message } of error.problems) console.log(`${path}: ${message}`);
}
