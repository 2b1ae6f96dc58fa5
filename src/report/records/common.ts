/**
 * What the records of all commands share. A schema is the one statement of a record's form: its type, the JSON Schema
 * in `docs/schemas/` and the tables of docs/record.md are made from it. What runs imports types from this room, never
 * values: zod takes 50 ms to load.
 */
import { z } from 'zod';
import { RECORD_FORMAT } from './format.js';

/** A type whose fields and lists are readonly all the way down. */
type Deep<T> = T extends object ? { readonly [K in keyof T]: Deep<T[K]> } : T;

/** The type of what a schema describes. */
export type Described<S extends z.ZodType> = Deep<z.output<S>>;

/** A list of numbers. */
export const numbers = z.array(z.number());

/** A list of numbers, null where there is none; JSON has no infinity either. */
export const gaps = z.array(z.number().nullable());

/** Rows and columns. */
export const pair = z.tuple([z.number(), z.number()]);

/** Number formats. */
export const precision = z.enum(['f64', 'f32']);

/** Kernels of a network, one at a time. */
export const singleKind = z.enum(['ntk', 'nngp']);

/** Seconds of a stage that not every command has. */
const stage = z.number().optional();

/** Seconds by stage. */
export const stages = z.object({
  load: z.number().describe('start of the process, reading and scaling'),
  compile: stage.describe('plan, tables, modules, threads'),
  initialise: stage.describe('drawing or reading weights (`empirical`, `compare`)'),
  compute: stage.describe('the arithmetic alone'),
  check: stage.describe(
    'trying out what the machine offers (`backends`); computing a block (`empirical`, `compare`) or entries ' +
      '(`kernel`) again',
  ),
  solve: stage.describe('factorisations, iterations and what follows from them (`eigs`, `regress`, `compare`)'),
  write: stage.describe('waiting for the disk'),
});

/** A file that went in. */
export const input = z.object({
  path: z.string().describe("as given, with the array's name for `.npz`"),
  shape: numbers
    .nullable()
    .describe('after `--rows`, `--image` and `--layout`; null for an input that is no array (a record to plot)'),
  sha256: z.string().describe("of the file's bytes, hexadecimal"),
});

/**
 * A network or a radial kernel as an architecture file has it; what such a file holds is the subject of the format of
 * architectures.
 */
const architecture = z.looseObject({ format: z.enum(['ntk-architecture/1', 'ntk-radial/1']) });

/** A network or a radial kernel, as an architecture file has it. */
export type ArchitectureFile = Described<typeof architecture>;

/** Entries of a kernel that were computed again. */
export const recomputed = z.object({
  entries: z
    .number()
    .describe(
      'how many: pairs of the first tile, of the last and of a random one, the nearest pair that was seen, one on ' +
        'the diagonal; as many as 2 % of the time of the run, or 0.2 s, allow',
    ),
  difference: z.number().describe('largest, over sqrt(K(x,x) K(z,z)) (itself with `--normalized`)'),
  tolerance: z
    .number()
    .describe('what it may be; else the exit code is 1, the message has both values, and nothing is written'),
});

/** Labels of an input. */
export const labels = z.object({
  path: z.string().describe('file that they came from'),
  count: z.number().describe('number of labels'),
  distinct: z.number().describe('number of different ones; of several columns, of different rows'),
  classes: z
    .array(z.string())
    .nullable()
    .describe('names of the classes, in their order; null where labels are numbers'),
});

/** The finite network whose empirical NTK was taken, as its flags were given. */
export const network = z
  .object({
    width: z.number().nullable(),
    init: z.enum(['gaussian', 'orthogonal']).nullable(),
    outputs: z.number().nullable(),
    weights: z.string().nullable(),
  })
  .nullable()
  .describe(
    'the finite network whose empirical NTK it is: `width`, `init`, `outputs`, `weights` as given (null: the ' +
      'default, `weights` drawn by `seed`); null for infinite ones and stored matrices',
  );

/** Flags of a preset in a row of a sweep, those that were given, with what they are there. */
export function presetFlags(text: string) {
  const number = z.number().optional().describe(text);
  const word = z.string().optional().describe(text);
  return {
    depth: number,
    alpha: number,
    gamma: number,
    bias: number,
    filter: number,
    firstFilter: number,
    biasInit: word,
    padding: word,
    head: word,
    train: word,
  };
}

/** How the rows of the data were scaled. */
export const scaling = z
  .union([z.enum(['none', 'unit-rows', 'unit-pixels', 'standard']), z.templateLiteral(['zca:', z.string()])])
  .describe('`--scale`; of whitening with its eps, `zca:0.1`');

/** How the rows of the data were read: fields of `kernel`, `empirical` and `compare`. */
export const reading = {
  scale: scaling,
  layout: z
    .enum(['nhwc', 'nchw'])
    .describe('`--layout`: order of the axes in the files; images are channels last in whatever `shape` says'),
  rows: z.string().nullable().describe('range `a:b` as given; null: all rows'),
};

/** Fields of `name`, `seconds` and `memory` that the plans of several commands have. */
export const planned = {
  memoryBytes: z.number().describe('what the process was expected to need at its peak'),
  memoryLimit: z.number().describe('what `--memory` or the machine allows'),
  seconds: z.number().describe('rough time of the arithmetic'),
};

/** The BLAS that computed inner products. */
export const native = z
  .string()
  .nullable()
  .describe(
    'the BLAS library, with its version and of OpenBLAS the core whose kernels it took, that computed inner ' +
      'products; null: the engine itself or a device did. The same in the record of every command',
  );

/** Fields of every record, in the order in which they are printed. */
export const common = {
  command: z.string().describe('name of the command: `kernel`, `arch`, ...'),
  version: z.string().describe('version of ntk-engine'),
  format: z.literal(RECORD_FORMAT).describe('version of this form, `ntk-record/1`'),
  backend: z
    .string()
    .nullable()
    .describe('what computed: `host`, `compiled`, `reference`; null where nothing was computed on one'),
  precision: precision.nullable().describe('`f64` or `f32`; null where nothing was computed'),
  seconds: z.number().describe('wall time of the whole command'),
  stages: stages.describe('seconds by stage; they do not overlap, and their sum is `seconds` within 5 %'),
  peakMemoryBytes: z.number().describe('largest resident memory of the process, as the operating system counts it'),
  architecture: z
    .union([architecture, z.array(architecture)])
    .nullable()
    .describe(
      'the network as an architecture file has it, or the kernel that is no network; a list where the command ' +
        'takes several',
    ),
  inputs: z.array(input).describe('one object for each data file, in the order of the arguments'),
  warnings: z.array(z.string()).describe('what the command also said on stderr'),
};

/** The common fields of the record of one command. */
export function commonOf<C extends string>(command: C) {
  return { ...common, command: z.literal(command).describe(`\`${command}\``) };
}

const anyCommand = z.object(common);

/** Fields that every record has. */
export type CommonRecord = Described<typeof anyCommand>;

/** Seconds by stage, in order; they do not overlap. */
export type StageSeconds = Described<typeof stages>;

/** A file that went in. */
export type InputRecord = Described<typeof input>;

/** Labels of an input. */
export type LabelsRecord = Described<typeof labels>;
