/** What docs say of records: tables of fields for docs/record.md, and JSON Schemas, both from `src/report/records/`. */
import { z } from 'zod';
import { backend, nativeLibrary } from '../../src/report/records/backends.js';
import { BENCH_RECORDS, benchLine } from '../../src/report/records/bench.js';
import { common, input, labels, recomputed, stages } from '../../src/report/records/common.js';
import { compareCheck, comparePlan } from '../../src/report/records/compare.js';
import { density, eigsRow } from '../../src/report/records/eigs.js';
import { empiricalCheck, empiricalPlan, slopes } from '../../src/report/records/empirical.js';
import { fitCurves, fitRow } from '../../src/report/records/fit.js';
import { RECORDS } from '../../src/report/records/index.js';
import { kernelPlan } from '../../src/report/records/kernel.js';
import { multisphereLine, multisphereRow } from '../../src/report/records/multisphere.js';
import { paperClaim } from '../../src/report/records/paper.js';
import { profileCurve } from '../../src/report/records/profile.js';
import { fieldRow, finiteField } from '../../src/report/records/receptive-field.js';
import { regressRow, solver } from '../../src/report/records/regress.js';
import { sphereRow } from '../../src/report/records/sphere.js';

type Shape = Readonly<Record<string, z.ZodType>>;

const without = (shape: Shape, ...others: readonly Shape[]): Shape =>
  Object.fromEntries(Object.entries(shape).filter(([key]) => !others.some((other) => Object.hasOwn(other, key))));

/** Fields that stand in another table. `rows` stays: in a row it is none. */
const own = (shape: Shape, ...others: readonly Shape[]): Shape => without(shape, common, ...others);

/** The tables of docs/record.md by the name in the comment that marks each. */
const TABLES: Readonly<Record<string, Shape>> = {
  common,
  stages: stages.shape,
  input: input.shape,
  kernel: own(RECORDS.kernel.shape),
  recomputed: recomputed.shape,
  labels: labels.shape,
  'kernel plan': kernelPlan.shape,
  empirical: own(RECORDS.empirical.shape),
  'empirical plan': empiricalPlan.shape,
  'empirical check': empiricalCheck.shape,
  'empirical slopes': slopes.shape,
  compare: own(RECORDS.compare.shape),
  'compare check': compareCheck.shape,
  'compare plan': comparePlan.shape,
  profile: own(RECORDS.profile.shape),
  'profile curve': profileCurve.shape,
  eigs: own(RECORDS.eigs.shape, eigsRow.shape),
  'eigs row': eigsRow.shape,
  'eigs density': density.shape,
  regress: own(RECORDS.regress.shape),
  'regress row': regressRow.shape,
  'regress solver': solver.shape,
  sphere: own(RECORDS.sphere.shape, sphereRow.shape),
  'sphere row': sphereRow.shape,
  'receptive-field': own(RECORDS['receptive-field'].shape, fieldRow.shape),
  'receptive-field row': fieldRow.shape,
  'receptive-field finite': finiteField.shape,
  paper: own(RECORDS.paper.shape),
  'paper claim': paperClaim.shape,
  'sphere positions': own(RECORDS['sphere-positions'].shape, multisphereRow.shape),
  'sphere positions row': multisphereRow.shape,
  'sphere line': multisphereLine.shape,
  fit: own(RECORDS.fit.shape, fitRow.shape),
  'fit row': fitRow.shape,
  'fit curves': fitCurves.shape,
  plot: own(RECORDS.plot.shape),
  arch: own(RECORDS.arch.shape),
  backends: own(RECORDS.backends.shape),
  backend: backend.shape,
  'native library': nativeLibrary.shape,
  bench: own(BENCH_RECORDS.kernel.shape),
  'bench eigs': own(BENCH_RECORDS.eigs.shape, BENCH_RECORDS.kernel.shape),
  'bench gpu': own(BENCH_RECORDS.gpu.shape, without(BENCH_RECORDS.kernel.shape, { machine: z.string() })),
  'bench line': benchLine.shape,
};

type Schema = z.core.JSONSchema.BaseSchema;

const PLURALS: Readonly<Record<string, string>> = {
  number: 'numbers',
  text: 'texts',
  object: 'objects',
  'two numbers': 'pairs of numbers',
  numbers: 'lists of numbers',
  null: 'nulls',
};

const NAMES: Readonly<Record<string, string>> = { string: 'text', boolean: 'true or false' };

/** What a value is, in words: `number`, `texts`, `numbers or null`. */
function typeText(schema: Schema | boolean): string {
  if (typeof schema === 'boolean') return 'any';
  const { type, anyOf, prefixItems, items } = schema;
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeText))].join(' or ');
  if (Array.isArray(type)) return type.map((one) => typeText({ ...schema, type: one })).join(' or ');
  if (prefixItems !== undefined) return 'two numbers';
  if (type === 'array' && items !== undefined) {
    const words = (Array.isArray(items) ? items : [items]).map(typeText).join(' or ').split(' or ');
    return words.map((word) => PLURALS[word] ?? word).join(' or ');
  }
  return type === undefined ? 'any' : (NAMES[type] ?? type);
}

/** The rows of a table: fields next to each other of which the same is said share one. */
function rowsOf(shape: Shape): readonly string[] {
  const rows: { readonly names: string[]; readonly cells: string }[] = [];
  for (const [name, field] of Object.entries(shape)) {
    const schema = z.toJSONSchema(field);
    const isOptional = field.safeParse(undefined).success;
    const cells = `${typeText(schema)}${isOptional ? '?' : ''} | ${schema.description ?? ''}`;
    const last = rows[rows.length - 1];
    if (last?.cells === cells) last.names.push(name);
    else rows.push({ names: [name], cells });
  }
  return rows.map(({ names, cells }) => `| ${names.map((name) => `\`${name}\``).join(', ')} | ${cells} |`);
}

/** Places of tables: a comment that names one, what stands there now, and the comment that ends it. */
const PLACE = /<!-- fields of (.+?) -->\n[\s\S]*?<!-- end -->/g;

/**
 * The page docs/record.md with its tables made anew; its other text stays.
 *
 * @throws Error for a table that the page does not have, or that is unknown
 */
export function recordPage(page: string): string {
  const missing = new Set(Object.keys(TABLES));
  const made = page.replace(PLACE, (_, name: string) => {
    const shape = Object.hasOwn(TABLES, name) ? TABLES[name] : undefined;
    if (shape === undefined) throw new Error(`docs/record.md: tables must be known, got ${name}`);
    missing.delete(name);
    const table = ['| field | type | what |', '|---|---|---|', ...rowsOf(shape)].join('\n');
    return `<!-- fields of ${name} -->\n${table}\n<!-- end -->`;
  });
  if (missing.size > 0) throw new Error(`docs/record.md: must have all tables, lacks ${[...missing].join(', ')}`);
  return made;
}

/** The JSON Schemas of the records by the name of their file in `docs/schemas/`. */
export function recordSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(RECORDS).map(([name, record]) => {
      const { $schema, ...rest } = z.toJSONSchema(record);
      const title = `Record of ntk ${name.replace('-', ' --')}`;
      return [`${name}.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
}
