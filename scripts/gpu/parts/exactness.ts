import { type Context, type Part, program } from '../context.js';
import { atMost, type Line, measured, type Tried, undone } from '../lines.js';
import type { Step } from '../step.js';

/** What a program of `scripts/gpu/programs/` says of how far it came. */
interface Done {
  readonly done: number;
}

/** Share of its time after which a program stops by itself, and tells what it has. */
const PATIENCE = 0.85;

/** Runs a program for each backend and precision that is here; each gets its share of the time that is left. */
async function onEach(
  context: Context,
  name: string,
  most: number,
  lines: (tried: Omit<Tried, 'what'>, step: Step, asked: number) => readonly Line[],
): Promise<readonly Line[]> {
  const { missing } = context.devices;
  // Those that are done soon leave their time to shaders, which take long to compile where a processor plays the GPU.
  const subjects = context.devices.subjects.toSorted(
    (a, b) => Number(a.backend === 'webgpu') - Number(b.backend === 'webgpu'),
  );
  const found: Line[] = [];
  for (const [k, subject] of subjects.entries()) {
    const { backend, precision } = subject;
    const seconds = context.left() / (subjects.length - k);
    const flags = ['--backend', backend, '--precision', precision, '--seconds', (PATIENCE * seconds).toFixed(1)];
    const argv = program(context, name, ...flags, ...(Number.isFinite(most) ? ['--most', String(most)] : []));
    const step = await context.step({ name: `${name} ${backend} ${precision}`, argv, most: seconds });
    const tried = { on: backend, precision };
    if (step.error !== undefined) found.push(undone({ what: name, ...tried }, 'failed', step.error));
    else found.push(...lines(tried, step, most));
  }
  return [...found, ...missing.map(({ backend }) => undone({ what: name, on: backend }, 'skipped', 'not here'))];
}

/** What is said where a program did not come to its end. */
function unfinished({ done }: Done, of: number): string | undefined {
  if (done === of) return undefined;
  return done === 0 ? 'no time for any' : `time for ${done} of ${of}`;
}

interface Vectors extends Done {
  readonly cases: number;
  readonly worst: readonly {
    readonly of: string;
    readonly kernel: string;
    readonly limit: number;
    readonly cases: number;
    readonly error: number;
    readonly at: string;
  }[];
  readonly own: { readonly kernels: number; readonly share: number };
  readonly exempt: number;
  readonly wrong: readonly { readonly name: string; readonly kernel: string; readonly message?: string }[];
}

function vectorLines(tried: Omit<Tried, 'what'>, { output }: Step, asked: number): readonly Line[] {
  const { worst, own, wrong, exempt, done, cases } = output as Vectors;
  const lines = ['rows', 'images'].flatMap((of) => {
    const [first, ...rest] = worst.filter((one) => one.of === of);
    if (first === undefined) return [];
    const most = rest.reduce((a, b) => (b.error > a.error ? b : a), first);
    const how = `the worst of ${worst.length} lists: ${most.at}, ${most.kernel}`;
    const kernels = [first, ...rest].reduce((sum, one) => sum + one.cases, 0);
    return [
      measured({ what: `${kernels} kernels of ${of}: largest error`, ...tried }, most.error, {
        limit: atMost(most.limit),
        how,
      }),
    ];
  });
  const which = wrong
    .slice(0, 3)
    .map(({ name, kernel, message }) => `${name} ${kernel}${message === undefined ? '' : ` (${message})`}`);
  const named = wrong.length === 0 ? undefined : `${which.join('; ')}${wrong.length > 3 ? ' and more' : ''}`;
  const how =
    `${own.kernels} kernels of great depth have limits of their own, of which they reach ` +
    `${(100 * own.share).toFixed(1)} %; ${exempt} cannot be held by the precision`;
  const why = [unfinished({ done }, Math.min(asked, cases)), named].filter((text) => text !== undefined).join('; ');
  const result = `${wrong.length} in ${done} networks`;
  const told = { result, limit: '<= 0', how, ...(why === '' ? {} : { why }) };
  return [...lines, measured({ what: 'kernels above their limit', ...tried }, wrong.length, told)];
}

interface Near extends Done {
  readonly networks: number;
  readonly limits: { readonly entry: number };
  readonly worst: {
    readonly share: number;
    readonly distance: number;
    readonly exact: number;
    readonly at: string;
    readonly error: number | null;
    readonly errorAt: string;
    readonly copies: number;
    readonly pairs: number;
  };
}

function nearLines(tried: Omit<Tried, 'what'>, { output }: Step, asked: number): readonly Line[] {
  const { worst, limits, networks, done } = output as Near;
  const { share, distance, exact, at, error, errorAt, copies, pairs } = worst;
  const how = `${pairs} pairs; the worst, ${exact.toExponential(1)}, is off by ${distance.toExponential(1)}: ${at}`;
  const why = unfinished({ done }, Math.min(asked, networks));
  return [
    measured({ what: 'near rows: error of 1 - cos / allowed error', ...tried }, share, { limit: '<= 1', how, why }),
    measured({ what: 'near rows: largest error beside host in f64', ...tried }, error, {
      limit: atMost(limits.entry),
      how: errorAt,
    }),
    measured({ what: 'copies of a row with another kernel', ...tried }, copies, { limit: '<= 0' }),
  ];
}

interface Fuzz extends Done {
  readonly asked: number;
  readonly refused: number;
  readonly findings: readonly string[];
  readonly again: string;
}

function fuzzLines(tried: Omit<Tried, 'what'>, { output }: Step): readonly Line[] {
  const { asked, done, refused, findings, again } = output as Fuzz;
  const [finding] = findings;
  const first = finding === undefined ? undefined : `${finding.split('\n')[0]}. See it again: ${again}`;
  const why = [unfinished({ done }, findings.length > 0 ? done : asked), first]
    .filter((text) => text !== undefined)
    .join('; ');
  const result = `${findings.length} in ${done} networks`;
  const told = { result, limit: '<= 0', how: `${refused} refused by reference`, ...(why === '' ? {} : { why }) };
  return [measured({ what: 'random networks with a wrong kernel', ...tried }, findings.length, told)];
}

/** Golden kernels on every backend for GPUs. */
export const vectorsPart: Part = {
  name: 'vectors',
  describe: 'kernels of 100 networks beside stored values of another program',
  share: 100,
  run: (context) => onEach(context, 'vectors', context.quick ? 5 : Infinity, vectorLines),
};

/** Random networks on every backend for GPUs. */
export const fuzzPart: Part = {
  name: 'fuzz',
  describe: '100 networks drawn at random, beside the readable backend in f64',
  share: 150,
  run: (context) => onEach(context, 'fuzz', context.quick ? 3 : 100, fuzzLines),
};

/** Rows that nearly coincide, on every backend for GPUs. */
export const nearPart: Part = {
  name: 'near',
  describe: 'rows that coincide, nearly coincide or oppose each other',
  share: 50,
  run: (context) => onEach(context, 'near', context.quick ? 2 : Infinity, nearLines),
};
