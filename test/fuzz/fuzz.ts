import { lower } from '../../src/architecture/lower.js';
import { ArchitectureError, parseArchitecture } from '../../src/index.js';
import { Chance } from './chance.js';
import type { Case } from './compute.js';
import { type Difference, type Subject, Truth } from './differ.js';
import { drawInputs } from './inputs.js';
import { KINDS } from './layers.js';
import { drawNetwork, type Network, type Wish } from './network.js';
import { shrink } from './shrink.js';

/** A case that a subject gets wrong. */
export interface Finding {
  /** Which of the run's cases it was. */
  readonly index: number;
  readonly subject: Subject;
  readonly difference: Difference;
  /** As it was drawn. */
  readonly drawn: Case;
  /** The smallest one that is wrong as well. */
  readonly smallest: Case;
}

/** What a run of the fuzzer has done. */
export interface Tally {
  networks: number;
  refused: number;
  findings: Finding[];
}

/** How a run goes. */
export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  /** First case of the seed. [0] */
  readonly from?: number;
  readonly subjects: readonly Subject[];
  /** Ends a run after so many findings. [1] */
  readonly most?: number;
  /** Which networks are wanted. [all] */
  readonly only?: 'images' | 'vectors' | undefined;
  /** Whether findings are made smaller. [true] */
  readonly shrinks?: boolean;
  readonly onCase?: (index: number) => void;
}

/** Whether the engine takes a network: what the format refuses is not drawn again. */
export function isValid({ json, sizes, channels, tangent }: Network): boolean {
  try {
    lower(parseArchitecture(json), { positions: sizes, channels }, tangent ? 'both' : 'nngp');
    return true;
  } catch (error) {
    if (error instanceof ArchitectureError) return false;
    throw error;
  }
}

const JOINING = KINDS.filter((kind) => ['flatten', 'globalAvgPool', 'pixel', 'avgPool'].includes(kind));

const ON_VECTORS = KINDS.filter((kind) => kind !== 'conv' && !JOINING.includes(kind));

/** Two of three cases hold a pair of layers that its turn asks for, or a triple around a pool or a readout. */
function wishOf(index: number, chance: Chance, onVectors: boolean): Wish {
  const kinds = onVectors ? ON_VECTORS : KINDS;
  if (index % 3 === 0) return [];
  if (index % 3 === 1) return [chance.of(kinds), chance.of(kinds)];
  return [chance.of(kinds), chance.of(onVectors ? kinds : JOINING), chance.of(kinds)];
}

/** Case `index` of a seed: the same whatever else is run. */
export function drawCase(seed: number, index: number, only?: FuzzOptions['only']): Case {
  const chance = new Chance((seed * 1_000_003 + index) >>> 0);
  for (;;) {
    const network = drawNetwork(chance, wishOf(index, chance, only === 'vectors'));
    if (network === null || !isValid(network)) continue;
    if (only !== undefined && (network.sizes === null) !== (only === 'vectors')) continue;
    const x = drawInputs(network, chance);
    const normalized = chance.holds(0.2);
    // What a kernel alone does not need is not computed, by passes of its own.
    const kind = chance.holds(0.7) ? 'both' : chance.of(['ntk', 'nngp'] as const);
    return { network, x, normalized, kind };
  }
}

async function differenceOf(which: Case, subject: Subject): Promise<Difference | null> {
  if (!isValid(which.network)) return null;
  return (await (await Truth.of(which))?.differenceOf(subject)) ?? null;
}

/** Runs cases of a seed against `reference`, and makes those that differ as small as they get. */
export async function fuzz(options: FuzzOptions): Promise<Tally> {
  const { seed, count, from = 0, subjects, most = 1, only, shrinks = true, onCase } = options;
  const tally: Tally = { networks: 0, refused: 0, findings: [] };
  for (let index = from; index < from + count && tally.findings.length < most; index++) {
    onCase?.(index);
    const drawn = drawCase(seed, index, only);
    const truth = await Truth.of(drawn);
    tally.networks += 1;
    if (truth === null) tally.refused += 1;
    for (const subject of truth === null ? [] : subjects) {
      const difference = await truth?.differenceOf(subject);
      if (difference === null || difference === undefined) continue;
      const fails = async (smaller: Case): Promise<boolean> => (await differenceOf(smaller, subject)) !== null;
      const smallest = shrinks ? await shrink(drawn, fails) : drawn;
      const last = (await differenceOf(smallest, subject)) ?? difference;
      tally.findings.push({ index, subject, difference: last, drawn, smallest });
    }
  }
  return tally;
}

/** A finding in words, with all that is needed to see it again. */
export function describeFinding({ index, subject, difference, smallest }: Finding, seed: number): string {
  const { output, entry, got, expected, error, limit, rule } = difference;
  const { network, x, normalized, kind = 'both' } = smallest;
  return [
    `seed ${seed}, case ${index}: ${subject.backend.name} ${subject.precision}, ${output}[${entry.join(', ')}] ` +
      `must be ${rule}`,
    `  got ${got}, expected ${expected}, error ${error.toExponential(2)}, limit ` +
      `${limit.toExponential(2)}${normalized ? ', normalized' : ''}${kind === 'both' ? '' : `, the ${kind} alone`}`,
    `  network ${JSON.stringify(network.json.layers)}`,
    `  inputs [${x.shape.join(', ')}] ${JSON.stringify(Array.from(x.data))}`,
  ].join('\n');
}
