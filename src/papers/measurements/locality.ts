import type { Architecture } from '../../architecture/types.js';
import { type ReceptiveField, receptiveField } from '../../kernel/receptive-field.js';
import type { CurveFigure, FieldsFigure, NamedField } from '../figure.js';
import type { ClaimCheck, ClaimContext } from '../types.js';
import { atLeast } from '../verdict.js';
import { neighbourRatio } from './skips.js';

/** Residual networks by blocks beside plain ones by convolutions, of signals or images. */
export interface LocalityFamilies {
  /** The residual network of `blocks` blocks, each of two convolutions. */
  residual(blocks: number, rank: 1 | 2): Architecture;
  /** The plain network of `convolutions` convolutions. */
  plain(convolutions: number, rank: 1 | 2): Architecture;
}

const KINDS = ['nngp', 'ntk'] as const;
const NAMES = { nngp: { residual: 'ResCGPK', plain: 'CGPK' }, ntk: { residual: 'ResCNTK', plain: 'CNTK' } } as const;
const BLOCKS = [1, 2, 4, 8];

/** Larger, or smaller, by less than this does not count. */
const CLEAR = 1.01;

function fieldOf(architecture: Architecture, kind: 'ntk' | 'nngp', side: number): ReceptiveField {
  return receptiveField(architecture, { shape: [side, side, 3], kind });
}

/** Root mean square distance from the pixel read, over both axes. */
function spreadOf({ spread }: ReceptiveField): number {
  return Math.hypot(...spread);
}

/** A check that ratios are clearly above or below 1 for every number of blocks. */
function byBlocks(what: string, ratios: readonly number[], side: 'above' | 'below'): ClaimCheck {
  const passed = ratios.every((ratio) => (side === 'above' ? ratio >= CLEAR : ratio <= 1 / CLEAR));
  const asked = side === 'above' ? `at least ${CLEAR} for each` : `at most ${(1 / CLEAR).toFixed(3)} for each`;
  const value = side === 'above' ? Math.min(...ratios) : Math.max(...ratios);
  const measured = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
  return { what: `${what}, ${BLOCKS.join(', ')} blocks`, asked, measured, value, passed };
}

function fieldChecks(
  { residual, plain }: LocalityFamilies,
  kind: 'ntk' | 'nngp',
  side: number,
): { readonly checks: readonly ClaimCheck[]; readonly rows: readonly (readonly number[])[] } {
  const rows = BLOCKS.map((blocks) => {
    const [own, same, equal] = [residual(blocks, 2), plain(2 * blocks, 2), plain(blocks, 2)].map((net) =>
      fieldOf(net, kind, side),
    );
    return [own.peak, same.peak, equal.peak, spreadOf(own), spreadOf(same), spreadOf(equal)];
  });
  const where = `${NAMES[kind].residual}, ${side} x ${side}`;
  const peaks = [
    byBlocks(
      `${where}: peak over that of as many convolutions`,
      rows.map(([own, same]) => own / same),
      'above',
    ),
    byBlocks(
      `${where}: peak over that of a plain net as deep as blocks`,
      rows.map(([own, , equal]) => own / equal),
      'above',
    ),
  ];
  const spreads = [
    byBlocks(
      `${where}: spread over that of as many convolutions`,
      rows.map(([, , , own, same]) => own / same),
      'below',
    ),
    byBlocks(
      `${where}: spread over that of a plain net as deep as blocks`,
      rows.map(([, , , own, , equal]) => own / equal),
      'below',
    ),
  ];
  return {
    checks: [...peaks, spreads[0], { ...spreads[1], beside: true }],
    rows,
  };
}

async function ratioChecks(
  { residual, plain }: LocalityFamilies,
  kind: 'ntk' | 'nngp',
  context: ClaimContext,
): Promise<ClaimCheck> {
  const ratios: number[] = [];
  for (const blocks of [1, 2, 3]) {
    const own = await neighbourRatio(residual(blocks, 1), kind, context);
    ratios.push(own / (await neighbourRatio(plain(2 * blocks, 1), kind, context)));
  }
  const { residual: name, plain: other } = NAMES[kind];
  const values = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
  return atLeast(
    `${name}, 3 pixels on circles: eigenvalue (1,0,0) over (0,1,0), over that of ${other}, 1 to 3 blocks ` +
      `(${values}), least`,
    Math.min(...ratios),
    1.1,
  );
}

/** The field of a network with its name. */
function named(name: string, found: ReceptiveField): NamedField {
  const { shape, at, circular, field, spread, peak, derivative } = found;
  return { name, shape, at, circular, field, spread, peak, derivative };
}

function spreadFigure(rows: readonly (readonly number[])[], kind: 'ntk' | 'nngp'): CurveFigure {
  const { residual, plain } = NAMES[kind];
  const curve = (name: string, column: number, of: (blocks: number) => number) => ({
    name,
    form: 'both' as const,
    points: BLOCKS.map((blocks, i) => ({ x: of(blocks), y: rows[i][column] })),
  });
  return {
    form: 'curves',
    title: `Peak of the receptive field by number of convolutions, ${kind.toUpperCase()}`,
    x: { label: 'convolutions of 3 x 3', scale: 'log', whole: true },
    y: { label: 'share of the pixel that weighs most', scale: 'log' },
    curves: [curve(residual, 0, (blocks) => 2 * blocks), curve(plain, 1, (blocks) => 2 * blocks)],
    caption: 'The skips carry the pixel itself along: its share falls far more slowly.',
  };
}

/** Whether residual kernels weigh the pixel read more: receptive fields, and eigenvalues of two pixels. */
export async function locality(
  families: LocalityFamilies,
  context: ClaimContext,
): Promise<{ readonly checks: readonly ClaimCheck[]; readonly figures: readonly (CurveFigure | FieldsFigure)[] }> {
  const side = context.size === 'full' ? 32 : 17;
  const checks: ClaimCheck[] = [];
  const figures: (CurveFigure | FieldsFigure)[] = [];
  for (const kind of KINDS) {
    const found = fieldChecks(families, kind, side);
    checks.push(...found.checks, await ratioChecks(families, kind, context));
    figures.push(spreadFigure(found.rows, kind));
    const [own, same] = [families.residual(4, 2), families.plain(8, 2)].map((net) => fieldOf(net, kind, side));
    const { residual, plain } = NAMES[kind];
    figures.push({
      form: 'fields',
      title: `Receptive fields of eight convolutions, ${kind.toUpperCase()}`,
      fields: [named(`${residual}, 4 blocks`, own), named(`${plain}, 8 layers`, same)],
      caption: 'With skips more of the weight stays at the pixel that is read.',
    });
  }
  return { checks, figures };
}

/** The ratios in a sentence. */
export function localityWords(checks: readonly ClaimCheck[]): string {
  const of = (name: string, what: string): string =>
    checks.find((check) => check.what.startsWith(`${name},`) && check.what.includes(what))?.measured ?? 'unknown';
  return KINDS.map((kind) => {
    const name = NAMES[kind].residual;
    const [peak, spread] = [of(name, 'peak over that of as many'), of(name, 'spread over that of as many')];
    const nets = `${name} of ${BLOCKS.join(', ')} blocks over as many convolutions`;
    return `${nets}: peak ${peak} times, spread ${spread} times`;
  }).join('; ');
}
