import { quoted } from '../../message.js';
import type { ForeignFile } from './foreign.js';
import { besideFile, inCode, savedBy } from './foreign-code.js';

/** A kind of elements that are no real numbers. */
interface Kind {
  readonly what: string;
  /** An expression of Python that makes numbers of the array that `load` loads. */
  readonly numbers: (load: string) => string;
  readonly modules?: string;
  readonly hint?: string;
  /** Whether NumPy stores such elements as pickles. */
  readonly isPickled?: boolean;
}

const TEXTS: Kind = {
  what: 'strings',
  numbers: (load) => `${load}.astype('float64')`,
  hint: ' where they are numbers; numpy.unique(..., return_inverse=True)[1] numbers the names of classes',
};

/** Kinds by the letter of their dtype. */
const KINDS: Readonly<Record<string, Kind>> = {
  O: {
    what: 'Python objects',
    numbers: (load) => `numpy.array(${load}.tolist()).astype('float64')`,
    isPickled: true,
  },
  c: {
    what: 'complex numbers',
    numbers: (load) => `numpy.stack([(a := ${load}).real, a.imag], -1).reshape(len(a), -1).astype('float64')`,
    hint: ', a column for each real and each imaginary part',
  },
  f: { what: 'numbers of extended precision', numbers: (load) => `${load}.astype('float64')` },
  S: TEXTS,
  a: TEXTS,
  U: TEXTS,
  M: { what: 'dates', numbers: (load) => `${load}.astype('M8[s]').astype('int64')`, hint: ', in seconds' },
  m: { what: 'time spans', numbers: (load) => `${load}.astype('m8[s]').astype('int64')`, hint: ', in seconds' },
};

const STRUCTURED: Kind = {
  what: 'a structured type',
  numbers: (load) => `numpy.lib.recfunctions.structured_to_unstructured(${load})`,
  modules: 'numpy.lib.recfunctions',
  hint: ', a column for each field',
};

const SHOWN_FIELDS = 6;

/**
 * What the elements of the dtype `descr` are, where they are no numbers that are read here, and how to make such of
 * them.
 */
export function numbersOf(descr: string, where: string): ForeignFile {
  if (descr.startsWith('[')) return { what: structure(descr), remedy: remedyOf(STRUCTURED, where) };
  const letter = /^[<>=|]?([a-zA-Z?])/.exec(descr)?.[1] ?? '';
  const kind = KINDS[letter];
  const dtype = `dtype ${quoted(descr)}`;
  if (kind !== undefined) return { what: `${kind.what} (${dtype})`, remedy: remedyOf(kind, where) };
  const what = letter === 'V' ? `raw records (${dtype})` : dtype;
  return { what, remedy: 'Save with numpy.save after astype(float32) or astype(float64).' };
}

function structure(descr: string): string {
  const names = [...descr.matchAll(/\(\s*['"]([^'"]*)['"]\s*,/g)].map(([, name]) => quoted(name));
  const shown = names.length > SHOWN_FIELDS ? [...names.slice(0, SHOWN_FIELDS), '...'] : names;
  return `a structured type (fields ${shown.join(', ')})`;
}

function remedyOf({ numbers, modules = '', hint = '', isPickled = false }: Kind, where: string): string {
  const [, archive, member] = /^(.+\.npz):([^:]*)$/i.exec(where) ?? [];
  const file = inCode(archive ?? where);
  const isPacked = /\.gz$/i.test(file);
  const opened = isPacked ? `gzip.open('${file}')` : `'${file}'`;
  const array = member === undefined ? '' : `['${inCode(member)}']`;
  const load = `numpy.load(${opened}${isPickled ? ', allow_pickle=True' : ''})${array}`;
  const out = besideFile(member === undefined ? file : `${file.slice(0, -'.npz'.length)}-${inCode(member)}.npz`);
  const imports = [modules, isPacked ? 'gzip' : ''].filter((name) => name !== '').join(', ');
  return `Convert it: ${savedBy(imports, numbers(load), out)}${hint}.`;
}
