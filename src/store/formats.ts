import { zipStored } from '../data/write/npz.js';
import { csvFromNpy } from './csv-file.js';
import { type Finish, NpyFiles } from './npy-files.js';
import type { FileSink, SinkPlan } from './sink.js';

/** A file format that a kernel is written in. */
export interface FileFormat {
  /** Whether one file holds several matrices by name. */
  readonly holdsSeveral: boolean;
  /** Opens what tiles go to until the file has its name. @throws OutputError when the disk does not take it */
  sink(out: string, plan: SinkPlan): FileSink;
}

const publishOnly: Finish = ([[, file]], _out, { replace }) => file.publish(replace);

const joined: Finish = (files, out, options) => {
  for (const [, file] of files) file.close();
  const members = files.map(([name, { path }]) => ({ name, file: path }));
  return zipStored(out, members, options);
};

const asText: Finish = ([[, file]], out, options) => {
  file.close();
  return csvFromNpy(file.path, out, options);
};

/** Formats by the ending of their files. */
const FORMATS = new Map<string, FileFormat>([
  ['.npy', { holdsSeveral: false, sink: (out, plan) => new NpyFiles(out, plan, publishOnly) }],
  ['.npz', { holdsSeveral: true, sink: (out, plan) => new NpyFiles(out, plan, joined) }],
  ['.csv', { holdsSeveral: false, sink: (out, plan) => new NpyFiles(out, plan, asText) }],
]);

/** Endings of files that a kernel may be written to. */
export function writtenEndings(): readonly string[] {
  return [...FORMATS.keys()];
}

/** The format of an ending, with its dot; undefined for one that none has. */
export function formatOf(ending: string): FileFormat | undefined {
  return FORMATS.get(ending);
}
