import { UsageError } from '../../errors.js';
import { now } from '../../platform/clock.js';
import type { RecordFile } from '../../report/figures/figure.js';
import { drawFigure } from '../../report/figures/index.js';
import { checkPath, writeWhole } from '../../report/file.js';
import { csvText } from '../../report/formats/csv.js';
import { jsonText } from '../../report/formats/json.js';
import { figureFormat } from '../../report/pages/figure-formats.js';
import { readRecord } from '../../report/read-record.js';
import { commonRecord } from '../../report/record.js';
import type { PlotRecord } from '../../report/records/plot.js';
import { version } from '../../report/version.js';
import type { CommandContext } from '../command.js';
import { EXIT } from '../exit.js';
import { type ParsedArguments, textOf } from '../options/parsed.js';
import { readFigureOptions } from '../options/plot.js';
import { print, say } from '../print.js';

function checkOutputs(args: ParsedArguments): {
  readonly out: string | undefined;
  readonly data: string | undefined;
  readonly force: boolean;
} {
  const [out, data, force] = [textOf(args, 'out'), textOf(args, 'data'), args.switches.has('force')];
  if (args.switches.has('json') && out === undefined) {
    throw new UsageError('--json: must come with --out, got it alone. Add --out F.svg.');
  }
  if (data !== undefined && data === out) {
    throw new UsageError(`--data: must differ from --out, got ${data} for both. Choose another name.`);
  }
  if (out !== undefined) checkPath(out, force);
  if (data !== undefined) checkPath(data, force, ['.csv']);
  return { out, data, force };
}

/** Runs `ntk plot`. */
export async function runPlot(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  const render = figureFormat(textOf(args, 'out') ?? 'figure.svg');
  const { out, data, force } = checkOutputs(args);
  const options = readFigureOptions(args);
  const files: RecordFile[] = [];
  for (const path of args.positionals) files.push(await readRecord(path, signal));
  const load = now();
  const drawn = await drawFigure(files, { ...options, signal });
  const figure = { ...drawn, title: textOf(args, 'title') ?? drawn.title };
  const content = await render(figure, `ntk-engine ${version()}; records ${args.positionals.join(', ')}.`);
  const computed = now();
  if (out === undefined) await print(content);
  else await writeWhole(out, content, force);
  if (data !== undefined) await writeWhole(data, csvText(figure.data), force);
  const inputs = files.map(({ input }) => input);
  const stages = { load, compute: computed - load, write: now() - computed };
  const head = {
    command: 'plot' as const,
    backend: null,
    precision: null,
    stages,
    architecture: null,
    inputs,
    warnings: [],
  };
  const { names, title, panel } = figure;
  if (args.switches.has('json') && out !== undefined) {
    const record: PlotRecord = { ...commonRecord(head), out, data: data ?? null, title, curves: names };
    await print(jsonText(record));
  } else if (out !== undefined) say(`${out}: ${panel.form === 'heat-map' ? 'picture of ' : ''}${names.join(', ')}`);
  return EXIT.done;
}
