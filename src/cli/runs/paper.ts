import { rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutputError, UsageError } from '../../errors.js';
import { linearAlgebra } from '../../linalg/index.js';
import { reasonOf } from '../../message.js';
import { digitImages } from '../../papers/data.js';
import { PAPERS } from '../../papers/index.js';
import { chosenClaims, measureClaims } from '../../papers/run.js';
import type { ClaimResult, Paper, PaperData } from '../../papers/types.js';
import { now } from '../../platform/clock.js';
import { makeFolders } from '../../platform/folders.js';
import { defaultMemory } from '../../platform/limits.js';
import { checkPath, writeWhole } from '../../report/file.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import type { InputRecord } from '../../report/records/common.js';
import type { PaperRecord } from '../../report/records/paper.js';
import { papersText, verdictsText } from '../../report/text/paper.js';
import type { CommandContext } from '../command.js';
import { commandLine } from '../command-line.js';
import { EXIT } from '../exit.js';
import { loadInputs } from '../load.js';
import { type PaperJob, readPaperJob } from '../options/paper.js';
import type { ParsedArguments } from '../options/parsed.js';
import { print, say, warn } from '../print.js';

/** Data of a claim, with what a record says of their file. */
interface LoadedData {
  readonly data: PaperData;
  readonly inputs: readonly InputRecord[];
  readonly warnings: readonly string[];
}

async function loadData({ data: path, input }: PaperJob, memory: number, signal: AbortSignal): Promise<LoadedData> {
  if (path === null) return { data: await digitImages(), inputs: [], warnings: [] };
  const { x, inputs, labelValues, warnings } = await loadInputs([path], input, { memory, signal, positions: 'known' });
  return { data: { name: `${x.shape[0]} examples of ${path}`, x, labels: labelValues.x }, inputs, warnings };
}

/** The list of papers: what is given without a name. */
async function listPapers(args: ParsedArguments): Promise<number> {
  const given = [...args.values.keys(), ...args.switches].find((flag) => flag !== 'json');
  if (given !== undefined) {
    throw new UsageError(
      `--${given}: must come with a paper, got it without. For example ntk paper ${Object.keys(PAPERS)[0]} --out DIR.`,
    );
  }
  const papers = await Promise.all(Object.values(PAPERS).map((load) => load()));
  if (!args.switches.has('json')) {
    await print(papersText(papers));
    return EXIT.done;
  }
  const list = papers.map(({ claims, ...facts }) => ({
    ...facts,
    claims: claims.map(({ measure: _measure, checkData: _checkData, ...words }) => words),
  }));
  await print(jsonText({ papers: list }));
  return EXIT.done;
}

/** What is said where no claim that is asked for is about data. */
function unusedData(paper: Paper, { data, claims }: PaperJob): readonly string[] {
  if (data === null || chosenClaims(paper, claims).some(({ checkData }) => checkData !== undefined)) return [];
  const about = paper.claims.filter(({ checkData }) => checkData !== undefined).map(({ id }) => id);
  const remedy = about.length === 0 ? '' : `; ${about.join(', ')} of ${paper.name} would be`;
  return [`--data: not used, as no claim that is asked for is about data${remedy}`];
}

/** @throws OutputError where the system makes no folder of that name */
function makeFolder(out: string): void {
  try {
    makeFolders(out);
  } catch (error) {
    throw new OutputError(`--out: must be a folder that can be made, got ${out} (${reasonOf(error)}). Name another.`);
  }
}

/** Says before any work why the folder of the result could not be made; leaves none behind. */
function prepareFolder({ out, record, page, force }: PaperJob): void {
  const there = statSync(out, { throwIfNoEntry: false });
  if (there === undefined) {
    checkPath(out, false);
    makeFolder(out);
    rmdirSync(out);
    return;
  }
  if (!there.isDirectory()) {
    throw new OutputError(`--out: must be a folder, got the file ${out}. Name a folder in ${dirname(out)}.`);
  }
  for (const path of [record, page]) checkPath(path, force);
}

function recordOf(
  job: PaperJob,
  paper: Paper,
  { data, inputs, warnings }: LoadedData,
  claims: readonly ClaimResult[],
  stages: PaperRecord['stages'],
  algebra: string,
): PaperRecord {
  const { claims: _claims, ...facts } = paper;
  const head = commonRecord({
    command: 'paper',
    backend: 'host',
    precision: 'f64',
    stages,
    architecture: null,
    inputs,
    warnings: [...warnings, ...claims.flatMap((claim) => claim.warnings)],
  });
  return {
    ...head,
    paper: facts,
    size: job.size,
    seed: job.compute.seed,
    algebra,
    data: data.name,
    out: job.out,
    claims,
  };
}

/** Runs `ntk paper`. */
export async function runPaper(args: ParsedArguments, { signal }: CommandContext): Promise<number> {
  if (args.positionals.length === 0) return listPapers(args);
  const job = readPaperJob(args);
  const paper = await PAPERS[job.name]();
  chosenClaims(paper, job.claims);
  prepareFolder(job);
  const memory = job.compute.memory ?? defaultMemory();
  const read = await loadData(job, memory, signal);
  const loaded = { ...read, warnings: [...read.warnings, ...unusedData(paper, job)] };
  warn(loaded.warnings);
  const load = now();
  const { native, threads, seed } = job.compute;
  const algebra = await linearAlgebra(native, threads);
  const context = {
    ...{ size: job.size, data: loaded.data, seed, memory, native, algebra, signal },
    ...(threads === undefined ? {} : { threads }),
  };
  const claims = await measureClaims(paper, context, job.claims, ({ id, done, total }) => {
    if (!args.switches.has('no-progress')) say(`claim ${id} (${done + 1} of ${total}) ...`);
  });
  const record = recordOf(job, paper, loaded, claims, { load, compute: now() - load }, algebra.name);
  makeFolder(job.out);
  const text = jsonText(record);
  await writeWhole(job.record, text, true);
  const { paperPage } = await import('../../report/pages/paper.js');
  await writeWhole(job.page, paperPage(record, commandLine('paper', args)), true);
  await print(job.json ? text : `${verdictsText(claims)}${job.page}\n${job.record}\n`);
  return EXIT.done;
}
