import { DataError, UsageError } from '../../errors.js';
import type { Figure, FigureChoice, FigureKind, FigureOptions, RecordFile } from './figure.js';

/** Kinds of figures by the command of the record; each is loaded when it is wanted. */
export const FIGURES: Readonly<Record<string, () => Promise<FigureKind>>> = {
  profile: async () => (await import('./profile.js')).profileFigure,
  eigs: async () => (await import('./eigs.js')).eigsFigure,
  sphere: async () => (await import('./sphere.js')).sphereFigure,
  'receptive-field': async () => (await import('./receptive-field.js')).receptiveFieldFigure,
  fit: async () => (await import('./fit.js')).fitFigure,
  regress: async () => (await import('./regress.js')).regressFigure,
  kernel: async () => (await import('./kernel.js')).kernelFigure,
  compare: async () => (await import('./compare/index.js')).compareFigure,
};

/** Flags of the choices as the command line has them. */
const CHOICE_FLAGS: Readonly<Record<FigureChoice, string>> = {
  x: '--x',
  count: '--count',
  labels: '--labels',
  labelColumn: '--label-column',
};

/** The command that wrote a record. */
function commandOf({ parsed }: RecordFile): string {
  return 'command' in parsed && typeof parsed.command === 'string' ? parsed.command : '';
}

function commonCommand(files: readonly RecordFile[]): string {
  const command = commandOf(files[0]);
  const other = files.find((file) => commandOf(file) !== command);
  if (other === undefined) return command;
  throw new UsageError(
    `${other.path}: records on one axis must be of one command, got ${commandOf(other)} beside ${command} of ` +
      `${files[0].path}. Plot them apart.`,
  );
}

function checkChoices(kind: FigureKind, command: string, options: FigureOptions): void {
  const flags = Object.entries(CHOICE_FLAGS) as readonly (readonly [FigureChoice, string])[];
  for (const [choice, flag] of flags) {
    if (options[choice] === undefined || kind.choices.includes(choice)) continue;
    throw new UsageError(`${flag}: must be of use for the figure, got it with a record of ${command}. Leave it out.`);
  }
}

/**
 * Draws records of one command in one figure.
 *
 * Throws DataError for records that cannot be drawn, UsageError for several commands and for choices that do not fit.
 */
export async function drawFigure(
  files: readonly RecordFile[],
  options: Omit<FigureOptions, 'view'> & { readonly view: string | undefined },
): Promise<Figure> {
  const command = commonCommand(files);
  if (!Object.hasOwn(FIGURES, command)) {
    const known = Object.keys(FIGURES).join(', ');
    throw new DataError(
      `${files[0].path}: must be a record of one of ${known}, got ` +
        `${command === '' ? 'something else' : `one of ${command}`}. Write one with ntk ${Object.keys(FIGURES)[0]} ` +
        '--out F.json.',
    );
  }
  const kind = await FIGURES[command]();
  const view = options.view ?? kind.views[0];
  if (!kind.views.includes(view)) {
    throw new UsageError(
      `--figure: must be ${kind.views.join(' or ')} for a record of ${command}, got ${view}. Choose one, or leave ` +
        'it out.',
    );
  }
  const chosen = { ...options, view };
  checkChoices(kind, command, chosen);
  return kind.draw(files, chosen);
}
