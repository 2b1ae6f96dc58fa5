import { UsageError } from '../../errors.js';
import { figureCurves } from '../../report/curves.js';
import { figureFormat } from '../../report/figure-formats.js';
import { checkPath, writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/json.js';
import { curvesCsv } from '../../report/profile-csv.js';
import { readProfile } from '../../report/read-profile.js';
import { commonRecord } from '../../report/record.js';
import { version } from '../../report/version.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { type ParsedArguments, textOf } from '../options/parsed.js';
import { print, say } from '../print.js';

function titleOf(kinds: readonly string[]): string {
  const names = [...new Set(kinds)].map((kind) => kind.toUpperCase()).join(' and ');
  return `${names} against the angle between two inputs`;
}

/** Runs `ntk plot`. */
export async function runPlot(args: ParsedArguments, { command }: CommandContext): Promise<number> {
  const [out, data, force, json] = [
    textOf(args, 'out'),
    textOf(args, 'data'),
    args.switches.has('force'),
    args.switches.has('json'),
  ];
  const render = figureFormat(out ?? 'figure.svg');
  if (json && out === undefined) throw new UsageError('--json: must come with --out, got it alone. Add --out F.svg.');
  if (data !== undefined && data === out) {
    throw new UsageError(`--data: must differ from --out, got ${data} for both. Choose another name.`);
  }
  if (out !== undefined) checkPath(out, force);
  if (data !== undefined) checkPath(data, force, ['.csv']);
  const records = args.positionals.map(readProfile);
  const load = performance.now() / 1000;
  const curves = figureCurves(records);
  const title = textOf(args, 'title') ?? titleOf(records.map(({ record }) => record.kind));
  const footer = `ntk-engine ${version()}; records ${args.positionals.join(', ')}.`;
  const figure = await render({ curves, title, footer });
  const drawn = performance.now() / 1000;
  if (out === undefined) await print(figure);
  else await writeWhole(out, figure);
  if (data !== undefined) await writeWhole(data, curvesCsv(curves));
  const inputs = records.map(({ input }) => input);
  const stages = { load, compute: drawn - load, write: performance.now() / 1000 - drawn };
  const head = { command, backend: null, precision: null, stages, architecture: null, inputs, warnings: [] };
  const names = curves.map(({ name }) => name);
  if (json) await print(jsonText({ ...commonRecord(head), out, data, title, curves: names }));
  else if (out !== undefined) say(`${out}: ${curves.length} ${curves.length === 1 ? 'curve' : 'curves'}`);
  return EXIT.done;
}
