import { MOST_LEVELS, parseJson } from '../../src/data/json.js';
import { jsonErrorPlace } from '../../src/data/json-error.js';
import { ArchitectureError, DataError } from '../../src/errors.js';
import { parseArchitecture, readArchitecture, readModel } from '../../src/index.js';
import { readRecord } from '../../src/report/read-record.js';
import { refused, temporaryFolder } from '../data/fixtures.js';
import { describe, expect, test } from '../jest.js';

const folder = temporaryFolder();
const KIND = { what: 'a file', most: 2 ** 30, remedy: 'Write it again.' };
const parse = (text: string | Uint8Array): unknown =>
  parseJson(typeof text === 'string' ? Buffer.from(text) : text, 'f.json', KIND);

const nested = (levels: number): string =>
  [
    '{"format":"ntk-architecture/1","layers":[',
    '{"kind":"residual","branch":['.repeat(levels),
    '{"kind":"dense"}',
    ']}'.repeat(levels),
    ']}',
  ].join('');

describe('JSON of others', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['deep lists', '['.repeat(5_000_000), `at most ${MOST_LEVELS} levels`],
    ['deep objects', '{"a":'.repeat(1_000_000), `at most ${MOST_LEVELS} levels`],
    ['a deep list that is closed', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, `at most ${MOST_LEVELS} levels`],
    ['a key that is the prototype', '{"a":[{"__proto__":{"b":1}}]}', 'got "__proto__"'],
    ['the same with a blank after it', '{"__proto__" :1}', 'got "__proto__"'],
    ['the same with an escape', '{"\\u005f_proto_\\u005f":1}', 'got "__proto__"'],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'got UTF-16'],
    ['UTF-16 without a mark', Buffer.from('{}', 'utf16le'), 'as in UTF-16'],
    ['Latin-1', Buffer.from('{"a":"\u00e4"}', 'latin1'), 'text in UTF-8'],
    ['a zero', '{"a":"\0"}', 'line 1, column 6'],
    ['a long text without end', `{\n"a":"${'x'.repeat(5_000_000)}`, 'line 2, column 5'],
    ['a far longer one', `{\n"a":"${'x'.repeat(60_000_000)}`, 'line 2, column 5'],
    ['a long text of escapes', `{\n"a":"${'\\\\n'.repeat(3_000_000)}`, 'line 2, column 5'],
    ['a slip behind a long text', `{"a":"${'x'.repeat(3_000_000)}" b}`, 'column 3000009'],
    ['nothing', '', 'an empty file'],
    ['two values', '{} {}', 'line 1, column 4'],
  ])('%s is refused with its place', (_name, text, part) => {
    const start = performance.now();
    let message = '';
    try {
      parse(text);
    } catch (error) {
      expect(error).toBeInstanceOf(DataError);
      message = error instanceof DataError ? error.message : '';
    }
    expect(message).toContain(part);
    expect(message.length).toBeLessThan(400);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('may have a byte order mark, names of fields of objects, and depth within reason', () => {
    expect(parse('\ufeff{"constructor":1,"toString":{"hasOwnProperty":2}}')).toEqual(
      JSON.parse('{"constructor":1,"toString":{"hasOwnProperty":2}}'),
    );
    expect(Array.isArray(parse(`${'['.repeat(MOST_LEVELS)}${']'.repeat(MOST_LEVELS)}`))).toBe(true);
    expect(parse('"[[[[ \\" ]"')).toBe('[[[[ " ]');
    expect(jsonErrorPlace('[1,\n2 3]')).toEqual({ line: 2, column: 3 });
  });

  test('is refused by every reader of it, from a file too large as well', async () => {
    const deep = await folder.write('deep.json', '['.repeat(100_000));
    const large = await folder.write('large.json', Buffer.alloc(2 ** 24 + 1, ' '));
    for (const read of [async (path: string) => readArchitecture(path), readRecord, readModel]) {
      await refused(() => read(deep), DataError, 'deep.json', 'levels deep');
    }
    await refused(async () => readArchitecture(large), DataError, 'large.json', 'at most 16 MiB');
  });
});

describe('an architecture of others', () => {
  const problemsOf = (json: unknown): ArchitectureError => {
    try {
      parseArchitecture(json);
    } catch (error) {
      if (error instanceof ArchitectureError) return error;
    }
    throw new Error('it must be refused');
  };

  test.each<[string, unknown, number]>([
    ['thousands of unknown layers', Array.from({ length: 400_000 }, () => ({ kind: 'dens' })), 1000],
    ['layers within each other', JSON.parse(nested(400)).layers as unknown, 1],
    [
      'names of a megabyte',
      [{ kind: 'x'.repeat(1e6) }, { kind: 'dense', ['y'.repeat(1e6)]: 1, weightStd: 'z'.repeat(1e6) }],
      3,
    ],
    ['fields of objects', [{ kind: 'constructor' }, { kind: '__proto__' }, { kind: 'dense', toString: 1 }], 3],
  ])('%s: at most 20 problems in some lines', (_name, layers, least) => {
    const start = performance.now();
    const { message, problems } = problemsOf({ format: 'ntk-architecture/1', name: 'a', layers });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(problems.length).toBeGreaterThanOrEqual(least);
    expect(message.split('\n').length).toBeLessThanOrEqual(21);
    expect(message.length).toBeLessThan(12_000);
    if (problems.length > 20) expect(message).toMatch(/\nand (at least )?\d+ more problems\.$/);
  });

  test.each<[string, string, string]>([
    [
      'twice',
      '{"format":"ntk-architecture/1","layers":[{"kind":"dense",\n"weightStd":1,"weightStd":2}]}',
      'line 2, column 15',
    ],
    ['twice, once escaped', '{"format":"x","layers":[],"forma\\u0074":"y"}', '"format" again'],
    ['too large', '{"format":"ntk-architecture/1","layers":[{"kind":"dense","weightStd":1e999}]}', 'got Infinity'],
  ])('a value %s is refused', async (name, text, part) => {
    const path = await folder.write(`${name}.json`, text);
    expect(() => readArchitecture(path)).toThrow(part);
  });

  test('windows of more taps than anybody visits', () => {
    const layers = [{ kind: 'conv', filter: [1e9, 1e9] }, { kind: 'flatten' }, { kind: 'dense' }];
    expect(problemsOf({ format: 'ntk-architecture/1', name: 'a', layers }).message).toContain('at most 65536 taps');
  });
});

test('a message names no control character, whatever stands in a file or its name', () => {
  const error = new DataError('a\u001b[2J\u0007\u202e\u2028\ud800: must be, got b\r. Mend.\n');
  expect(error.message).toBe('a\\u001b[2J\\u0007\\u202e\\u2028\\ud800: must be, got b\\u000d. Mend.\n');
  expect(new DataError('x'.repeat(1e6)).message.length).toBeLessThanOrEqual(2000);
});
