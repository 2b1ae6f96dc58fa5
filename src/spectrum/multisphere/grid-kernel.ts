import { isImageNetwork } from '../../architecture/check-input.js';
import { lower } from '../../architecture/lower.js';
import { checkKind } from '../../architecture/parse.js';
import type { KernelDefinition } from '../../architecture/types.js';
import { NumericalError, UsageError } from '../../errors.js';
import { imageProgramme } from '../../programme/evaluate-images.js';
import { extendedNumber } from '../../programme/extended-exponent.js';
import { imageFactors } from '../../programme/image-self-kernels.js';
import { keepNeeded } from '../../programme/needs.js';
import type { Programme } from '../../vocabulary/steps.js';
import { type Columns, type GridNodes, gridNodes } from './grid-nodes.js';
import { positionRead, readOnePosition } from './readout.js';

/** A kernel on the product of P unit spheres as a function of the P cosines. */
export interface GridKernel {
  readonly programme: Programme;
  readonly nodes: GridNodes;
  readonly columns: Columns;
  /** K(x,x), which is the same for all inputs. */
  readonly diagonal: number;
  /** Whether the kernel is the mean over the cyclic shifts of the positions. */
  readonly isAveraged: boolean;
  /** The position that frequencies are counted from. */
  readonly first: number;
}

/** What is asked of a kernel. */
export interface GridKernelOptions {
  readonly positions: number;
  readonly dim: number;
  readonly kind: 'ntk' | 'nngp';
  readonly normalized: boolean;
}

function programmeOf(definition: KernelDefinition, { positions, dim, kind }: GridKernelOptions): Programme {
  if (!isImageNetwork(definition)) {
    throw new UsageError(
      `--positions: needs a network of sequences (cntk, rescntk, or a file with conv and pixel or flatten), got ` +
        `${definition.name}, one of vectors. Leave --positions out for the eigenvalues on one sphere.`,
    );
  }
  if (definition.format === 'ntk-architecture/1') checkKind(definition, kind);
  const programme = keepNeeded(lower(definition, { positions: [positions], channels: dim }, kind));
  if (programme.steps.some(({ op }) => op === 'pool')) {
    throw new UsageError(
      `--positions: needs a network without pools, whose kernel compares each position with itself alone, got ` +
        `${definition.name}. Choose --head eq or --head tr.`,
    );
  }
  return programme;
}

/** The factors of an input of unit pixels: all such inputs have the same. */
function unitFactors(programme: Programme, positions: number, dim: number) {
  const pixels = new Float64Array(positions * dim);
  for (let p = 0; p < positions; p++) pixels[p * dim] = 1;
  return imageFactors(imageProgramme(programme), pixels, 0, dim);
}

/**
 * A network of sequences on unit pixels, ready to be evaluated on grids of cosines; null where its kernel is 0.
 *
 * @throws UsageError for a network of vectors and one with pools
 * @throws ArchitectureError for a network that does not fit the positions, or has no such kernel
 * @throws NumericalError when K(x,x) is no double and `normalized` is not set
 */
export function gridKernel(definition: KernelDefinition, options: GridKernelOptions): GridKernel | null {
  const { positions, dim, kind, normalized } = options;
  const { programme, isAveraged } = readOnePosition(programmeOf(definition, options));
  const { columns, ...outputs } = unitFactors(programme, positions, dim);
  const [output, selfKernel] = [programme[kind], outputs[kind]];
  if (output === null || selfKernel === null || selfKernel.mantissa[0] === 0) return null;
  const diagonal = normalized ? 1 : extendedNumber(selfKernel, 0);
  if (!(diagonal > 0 && diagonal < Infinity)) {
    throw new NumericalError('K(x,x): must be a double, got one out of its range. Give --normalized.');
  }
  const first = positionRead(programme);
  return { programme, nodes: gridNodes(programme, columns, output, first), columns, diagonal, isAveraged, first };
}
