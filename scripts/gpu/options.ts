import { parseArgs } from 'node:util';
import { nearest } from '../../src/architecture/nearest.js';
import { UsageError } from '../../src/errors.js';
import { FAULTS, type Fault } from './step.js';

/** What the check is asked to do. */
export interface CheckOptions {
  readonly out: string;
  /** Names of the parts that run, in their order. */
  readonly parts: readonly string[];
  readonly data: string | null;
  readonly quick: boolean;
  readonly help: boolean;
  /** Seconds for everything. */
  readonly budget: number;
  /** Parts that fail on purpose, and how. */
  readonly faults: ReadonlyMap<string, Fault>;
}

/** A part as the options need to know it. */
export interface Known {
  readonly name: string;
  readonly off?: true;
}

const BUDGET = 600;
const FLAGS = ['only', 'skip', 'variants', 'data', 'quick', 'help'];

function known(where: string, name: string, parts: readonly Known[]): string {
  const names = parts.map((part) => part.name);
  if (names.includes(name)) return name;
  const near = nearest(name, names);
  const remedy = near === undefined || near === null ? 'scripts/gpu-check --help lists them.' : `Did you mean ${near}?`;
  throw new UsageError(`${where}: must name parts (${names.join(', ')}), got ${name || 'nothing'}. ${remedy}`);
}

function listed(where: string, text: string, parts: readonly Known[]): readonly string[] {
  return text.split(',').map((name) => known(where, name.trim(), parts));
}

function faultsOf(text: string, parts: readonly Known[]): ReadonlyMap<string, Fault> {
  const where = 'NTK_GPU_CHECK_FAIL';
  const asked = text.split(',').filter((word) => word !== '');
  return new Map(
    asked.map((word) => {
      const [name, how = 'error'] = word.split(':');
      const fault = FAULTS.find((one) => one === how);
      if (fault === undefined) {
        throw new UsageError(`${where}: must be PART or PART:${FAULTS.join(', PART:')}, got ${word}. Leave it unset.`);
      }
      return [known(where, name, parts), fault];
    }),
  );
}

function budgetOf(text: string | undefined): number {
  if (text === undefined || text === '') return BUDGET;
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  const remedy = `Leave it unset for ${BUDGET}.`;
  throw new UsageError(`NTK_GPU_CHECK_SECONDS: must be a positive number of seconds, got ${text}. ${remedy}`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        skip: { type: 'string' },
        data: { type: 'string' },
        variants: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    const told = error instanceof Error ? error.message.split('. ')[0] : String(error);
    const flags = FLAGS.map((flag) => `--${flag}`).join(', ');
    throw new UsageError(`scripts/gpu-check: ${told}. Its flags are ${flags}.`);
  }
}

/** Reads the arguments and the environment. @throws UsageError for what cannot be meant */
export function checkOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  parts: readonly Known[],
): CheckOptions {
  const { values, positionals } = parsed(args);
  const [out = 'gpu-check.json', ...more] = positionals;
  if (more.length > 0) {
    throw new UsageError(
      `scripts/gpu-check: must be given one file, got ${positionals.join(' ')}. Leave out the rest.`,
    );
  }
  const only = values.only === undefined ? null : listed('--only', values.only, parts);
  const skip = values.skip === undefined ? [] : listed('--skip', values.skip, parts);
  const chosen = parts.filter(({ name, off }) => {
    if (skip.includes(name)) return false;
    if (only !== null) return only.includes(name);
    return off === undefined || (name === 'variants' && values.variants);
  });
  if (chosen.length === 0) {
    throw new UsageError('--skip: must leave a part to run, got all of them. Name fewer.');
  }
  return {
    out,
    parts: chosen.map(({ name }) => name),
    data: values.data ?? null,
    quick: values.quick,
    help: values.help,
    budget: budgetOf(environment.NTK_GPU_CHECK_SECONDS),
    faults: faultsOf(environment.NTK_GPU_CHECK_FAIL ?? '', parts),
  };
}
