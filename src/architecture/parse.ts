import { ArchitectureError, type ArchitectureProblem, MOST_PROBLEMS } from '../errors.js';
import { checkLayers, dataSignal } from '../layers/check.js';
import { requireGaussianEnd } from '../layers/gaussian.js';
import type { Layer } from '../layers/index.js';
import type { LayerNode } from '../layers/node.js';
import { firstImageLayer, requireOnePosition } from './check-input.js';
import { nearest } from './nearest.js';
import { parseLayers, type Report } from './parse-layers.js';
import { show } from './show.js';
import type { Architecture } from './types.js';

/** Name and version of the file format. */
export const ARCHITECTURE_FORMAT = 'ntk-architecture/1';

const ROOT_FIELDS = ['format', 'name', 'layers'] as const;
const NOWHERE = 'architecture';

function checkRootFields(root: Readonly<Record<string, unknown>>, report: Report): void {
  for (const key of Object.keys(root)) {
    if (ROOT_FIELDS.some((known) => known === key)) continue;
    const near = nearest(key, ROOT_FIELDS);
    report(
      key,
      `must be one of the fields ${ROOT_FIELDS.join(', ')}, got ${show(key)}. ` +
        `${near === null ? 'Leave it out.' : `Did you mean "${near}"?`}`,
    );
  }
  if (root.format !== ARCHITECTURE_FORMAT) {
    report(
      'format',
      `must be "${ARCHITECTURE_FORMAT}", got ${show(root.format)}. Add "format": "${ARCHITECTURE_FORMAT}".`,
    );
  }
  if (root.name !== undefined && typeof root.name !== 'string') {
    report('name', `must be a text, got ${show(root.name)}. Put it in quotes.`);
  }
}

function parseRoot(json: unknown, where: string, report: Report): Architecture {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    report(
      where,
      `must be an object with "format", "name" and "layers", got ${show(json)}. \`ntk arch fc\` prints an example.`,
    );
    return { format: ARCHITECTURE_FORMAT, name: '', layers: [] };
  }
  const root = json as Readonly<Record<string, unknown>>;
  checkRootFields(root, report);
  let layers: readonly LayerNode[] = [];
  if (Array.isArray(root.layers)) {
    layers = parseLayers(root.layers, 'layers', report);
    const end = checkLayers(layers, dataSignal(), 'layers', { tangent: false, report });
    const last = layers.length === 0 ? 'layers' : `layers[${layers.length - 1}]`;
    requireGaussianEnd(end, last, report);
    if (firstImageLayer(layers) !== null) requireOnePosition(end.grid.count, last, report);
  } else {
    report('layers', `must be a list of layers, got ${show(root.layers)}. Give at least one dense layer.`);
  }
  const name = typeof root.name === 'string' ? root.name : '';
  // Whatever could not be read was reported, and the caller throws.
  return { format: ARCHITECTURE_FORMAT, name, layers: layers as readonly Layer[] };
}

/**
 * The checked form of an `ntk-architecture/1` description: frozen, every default filled in, `name` "" when left out.
 *
 * @param json the parsed JSON
 * @param where what it came from, e.g. a file name; it stands before each path unless it is the default
 * @throws ArchitectureError with every problem at once (1,000 at most), each with its JSON path such as
 * `layers[2].branch[1].weightStd`
 */
export function parseArchitecture(json: unknown, where: string = NOWHERE): Architecture {
  const problems: ArchitectureProblem[] = [];
  const report: Report = (path, message) => {
    const isPlain = where === NOWHERE || path === where;
    problems.push({ path: isPlain ? path : `${where}: ${path}`, message });
    if (problems.length >= MOST_PROBLEMS) throw new ArchitectureError(problems);
  };
  const architecture = parseRoot(json, where, report);
  if (problems.length > 0) throw new ArchitectureError(problems);
  return Object.freeze(architecture);
}

/**
 * Checks that a network has the kernel that is asked for: there is no NTK behind a `step` with trained layers below.
 *
 * @throws ArchitectureError with every layer that has none
 */
export function checkKind(architecture: Architecture, kind: 'ntk' | 'nngp' | 'both'): void {
  if (kind === 'nngp') return;
  const problems: ArchitectureProblem[] = [];
  checkLayers(architecture.layers, dataSignal(), 'layers', {
    tangent: true,
    report: (path, message) => problems.push({ path, message }),
  });
  if (problems.length > 0) throw new ArchitectureError(problems);
}
