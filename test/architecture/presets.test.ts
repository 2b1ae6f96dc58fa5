import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeArchitecture } from '../../src/architecture/describe.js';
import { lower } from '../../src/architecture/lower.js';
import { nearest } from '../../src/architecture/nearest.js';
import { parseArchitecture } from '../../src/architecture/parse.js';
import { PRESETS, presetArchitecture, presetConvention } from '../../src/architecture/presets.js';
import { resolveArchitecture } from '../../src/architecture/resolve.js';
import { serialiseArchitecture } from '../../src/architecture/serialise.js';
import { ArchitectureError, DataError, UsageError } from '../../src/errors.js';
import { afterAll, describe, expect, test } from '../jest.js';
import { caseFiles, FIXTURES, sharedVectors } from '../kernels/cases.js';
import { textbookKernels } from '../reference/textbook.js';

const V = Math.SQRT2;

describe('presets', () => {
  test('fc is the list of the format', () => {
    const expected = [
      { kind: 'dense', weightStd: 1, scaling: 'none', biasStd: 0.5, biasInit: 'zero' },
      { kind: 'relu' },
      { kind: 'dense', weightStd: V, biasStd: 0.5, biasInit: 'zero' },
      { kind: 'relu' },
      { kind: 'dense', weightStd: V, biasStd: 0.5, biasInit: 'zero' },
    ];
    const { layers } = parseArchitecture({ format: 'ntk-architecture/1', layers: expected });
    expect(presetArchitecture('fc', { depth: 2, bias: 0.5 }).layers).toEqual(layers);
    expect(presetArchitecture('fc').layers).toHaveLength(7);
    const [first] = presetArchitecture('fc', { bias: 1, biasInit: 'normal' }).layers;
    expect(first).toMatchObject({ biasStd: 1, biasInit: 'normal' });
  });

  test('resntk trains its blocks only, unless all', () => {
    const block = {
      kind: 'residual',
      alpha: 1,
      branch: [{ kind: 'dense', weightStd: V }, { kind: 'relu' }, { kind: 'dense' }],
    };
    const file = (train: object) => ({
      format: 'ntk-architecture/1',
      layers: [{ kind: 'dense', scaling: 'none', ...train }, block, block, { kind: 'dense', ...train }],
    });
    expect(presetArchitecture('resntk', { depth: 2 }).layers).toEqual(parseArchitecture(file({ train: false })).layers);
    expect(presetArchitecture('resntk', { depth: 2, train: 'all' }).layers).toEqual(parseArchitecture(file({})).layers);
  });

  test('gamma is alpha = depth^-gamma', () => {
    const [, block] = presetArchitecture('resntk', { depth: 4, gamma: 0.5 }).layers;
    expect(block).toMatchObject({ alpha: 0.5 });
  });

  test('give the golden values', () => {
    // checks/check_golden.out: raw kernels at x = z with |x| = 1 are 2 L alpha^2 (1 + alpha^2)^(L-1) and (L + 1)(1 +
    // bias^2).
    const u = 0.5;
    const x = [[1, 0]];
    const z = [[u, Math.sqrt(1 - u * u)]];
    const value = (name: string, flags: object): number => {
      const json = JSON.parse(serialiseArchitecture(presetArchitecture(name, flags)));
      return textbookKernels(json, x, z).ntk[0][0];
    };
    expect(value('resntk', { depth: 3 }) / (2 * 3 * 4)).toBeCloseTo(0.442290036369, 11);
    expect(value('fc', { depth: 3, bias: 1 }) / 8).toBeCloseTo(0.543870275248, 11);
    expect(value('fc', { depth: 1 }) / 2).toBeCloseTo(0.471165557189, 11);
  });

  test('10,000 blocks are read, lowered and described', () => {
    const architecture = presetArchitecture('resntk', { depth: 10_000 });
    expect(lower(architecture, 10, 'ntk').steps.length).toBeLessThan(100_000);
    expect(parseArchitecture(JSON.parse(serialiseArchitecture(architecture)))).toEqual(architecture);
    expect(describeArchitecture(architecture).length).toBeLessThan(2000);
  });

  const REFUSED: readonly (readonly [name: string, flags: object, message: RegExp])[] = [
    ['fc', { depth: 0 }, /--depth: must be a whole number from 1 .*got 0/],
    ['fc', { depth: -2 }, /got -2/],
    ['fc', { depth: 1.5 }, /got 1.5/],
    ['fc', { depth: Number.NaN }, /got NaN/],
    ['fc', { depth: 1e9 }, /--depth/],
    ['fc', { bias: -1 }, /--bias: must be a finite number >= 0 .*got -1/],
    ['fc', { bias: Number.POSITIVE_INFINITY }, /got Infinity/],
    ['fc', { biasInit: 'ones' }, /--bias-init: must be zero or normal .*got ones/],
    ['fc', { alpha: 1 }, /--alpha: must be a flag of the architecture, got it with preset fc, which has --depth/],
    ['fc', { train: 'all' }, /--train/],
    ['resntk', { alpha: -1 }, /--alpha: .*got -1/],
    ['resntk', { alpha: Number.NaN }, /--alpha: .*got NaN/],
    ['resntk', { gamma: -1 }, /--gamma: .*got -1/],
    ['resntk', { alpha: 1, gamma: 1 }, /--gamma: must not come together with --alpha/],
    ['resntk', { bias: 1 }, /--bias/],
    ['resntk', { train: 'none' }, /--train: must be blocks or all .*got none/],
    ['resnet-tirer', { gamma: 1 }, /--gamma/],
    ['cntk', { alpha: 1 }, /--alpha: .*preset cntk, which has --depth, --filter, --first-filter, --padding, --head/],
    ['cntk', { filter: 0 }, /--filter: must be a whole number from 1 for cntk, got 0/],
    ['rescntk', { firstFilter: 1.5 }, /--first-filter: .*got 1.5/],
    ['cntk', { padding: 'zero' }, /--padding: must be circular, same or valid for cntk, got zero/],
    ['rescntk', { head: 'mean' }, /--head: must be eq, tr or gap for rescntk, got mean/],
    ['rsntk', {}, /--arch: .*got rsntk\. Did you mean resntk\?/],
    ['perceptron', {}, /must be a preset \(fc, resntk, resnet-tirer, cntk, rescntk, myrtle\)/],
    ['', {}, /got nothing/],
  ];
  test.each(REFUSED)('%s %p is refused', (name, flags, message) => {
    expect(() => resolveArchitecture(name, flags)).toThrow(UsageError);
    expect(() => resolveArchitecture(name, flags)).toThrow(message);
  });
});

describe('presets of images', () => {
  test('cntk and rescntk are the lists of the format', () => {
    const conv = (q: number, weightStd: number) => ({ kind: 'conv', filter: [q, q], weightStd });
    const network = (...layers: readonly object[]) =>
      parseArchitecture({ format: 'ntk-architecture/1', layers }).layers;
    const relu = { kind: 'relu' };
    const end = { kind: 'dense', weightStd: 1 };
    expect(presetArchitecture('cntk', { depth: 2, firstFilter: 5 }).layers).toEqual(
      network(conv(5, V), relu, conv(3, V), relu, { kind: 'flatten' }, end),
    );
    const block = (first: number) => ({ kind: 'residual', alpha: 0.5, branch: [conv(first, 1), relu, conv(3, V)] });
    expect(presetArchitecture('rescntk', { depth: 2, alpha: 0.5, head: 'gap' }).layers).toEqual(
      network(conv(1, 1), block(1), block(3), { kind: 'globalAvgPool' }, end),
    );
  });

  test('are those of the golden values, in one dimension and in two', () => {
    const folder = sharedVectors() ?? FIXTURES;
    const files = caseFiles(folder).filter((file) => /^(res)?cntk-[12]d-\w+-(eq|gap|tr)(-L2)?\.json$/.test(file));
    for (const file of files) {
      const { architecture } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const words = String(architecture.name).split(' ');
      const value = (key: string) => Number(words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1));
      const [padding, head, axes] = words.slice(-3);
      const alpha = words[0] === 'cntk' ? {} : { alpha: value('alpha') };
      const flags = { depth: value('L'), filter: value('q'), firstFilter: value('first'), padding, head, ...alpha };
      const rank = axes === '1-D' ? 1 : 2;
      expect(presetArchitecture(words[0], flags, rank)).toEqual(parseArchitecture(architecture));
    }
    // Without the shared set there are only those committed here.
    expect(files.length).toBeGreaterThanOrEqual(folder === FIXTURES ? 0 : 20);
  });

  test('rescntk without padding loses the shape of its skip', () => {
    expect(() => presetArchitecture('rescntk', { padding: 'valid' })).toThrow(
      /layers\[1\]: branch and skip must have the same shape, got an image smaller by 2 and 2 and the whole image\./,
    );
    expect(() => presetArchitecture('rescntk', { padding: 'valid', filter: 1 })).not.toThrow();
  });
});

describe('radial kernels', () => {
  test('are read from their command line form', () => {
    expect(resolveArchitecture('laplace:0.5')).toEqual({
      format: 'ntk-radial/1',
      name: 'laplace:0.5',
      rate: 0.5,
      power: 1,
    });
    expect(resolveArchitecture('gamma:1.5,2e-1')).toMatchObject({ rate: 0.2, power: 1.5 });
    expect(resolveArchitecture('gaussian:2')).toMatchObject({ rate: 0.125, power: 2 });
  });

  test('lower to one step that is both kernels', () => {
    const steps = [{ op: 'radial', rate: 0.5, power: 1 }];
    expect(lower(resolveArchitecture('laplace:.5'), 3, 'both')).toEqual({ steps, nngp: 0, ntk: 0 });
    expect(lower(resolveArchitecture('laplace:.5'), 3, 'ntk')).toEqual({ steps, nngp: null, ntk: 0 });
    expect(lower(resolveArchitecture('laplace:.5'), 3, 'nngp')).toEqual({ steps, nngp: 0, ntk: null });
  });

  test.each([
    ['laplace', /c must be a finite number above 0, got nothing/],
    ['laplace:', /got nothing/],
    ['laplace:x', /got x/],
    ['laplace:0', /got 0/],
    ['laplace:-1', /got -1/],
    ['laplace:0x10', /got 0x10/],
    ['laplace:1e999', /got 1e999/],
    ['laplace:1,2', /the form laplace:c, got 2 numbers/],
    ['gamma:1', /the form gamma:g,c, got 1 numbers/],
    ['gamma:0,1', /g must be a number above 0 and at most 2, got 0/],
    ['gamma:2.1,1', /at most 2, got 2.1/],
    ['gaussian:1e-200', /the rate .* finite/],
    ['lapalce:1', /Did you mean laplace:c\?/],
    ['matern:1', /laplace:c, gamma:g,c or gaussian:s, got matern/],
  ])('%s is refused', (spec, message) => {
    expect(() => resolveArchitecture(spec)).toThrow(UsageError);
    expect(() => resolveArchitecture(spec)).toThrow(message);
  });

  test('take no flags of presets', () => {
    expect(() => resolveArchitecture('laplace:1', { depth: 2 })).toThrow(/--depth: .*kernel laplace:1, which has none/);
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ntk-architecture-'));
  const write = (text: string): string => {
    const path = join(folder, 'net.json');
    writeFileSync(path, text);
    return path;
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(Object.keys(PRESETS))('%s, written and read again, is the same', (name) => {
    const architecture = presetArchitecture(name);
    expect(resolveArchitecture(write(serialiseArchitecture(architecture)))).toEqual(architecture);
    expect(resolveArchitecture(write(`\uFEFF${serialiseArchitecture(architecture)}`))).toEqual(architecture);
  });

  test.each([
    ['', 1, 1],
    ['{', 1, 2],
    ['{"a": [1,]}', 1, 10],
    ['{\n  "format": "x"\n  "name": 1}', 3, 3],
    ['{"a" 1}', 1, 6],
    ['{"a":1,}', 1, 8],
    ['[1 2]', 1, 4],
    ['{}\r\n}', 2, 1],
    ['{"a": nul}', 1, 7],
    ['{"a": 01}', 1, 8],
    ["{'a': 1}", 1, 2],
    ['{"a": "x\ny"}', 1, 7],
  ])('%j is not JSON from line %i, column %i on', (text, line, column) => {
    const path = write(text);
    expect(() => resolveArchitecture(path)).toThrow(DataError);
    expect(() => resolveArchitecture(path)).toThrow(`${path}: line ${line}, column ${column}: must be JSON, got `);
  });

  test('that are missing or folders are refused by name', () => {
    const missing = join(folder, 'missing.json');
    expect(() => resolveArchitecture(missing)).toThrow(DataError);
    expect(() => resolveArchitecture(missing)).toThrow(
      `${missing}: an architecture file must be readable, got no such file`,
    );
    expect(() => resolveArchitecture(`${folder}/`)).toThrow(/got a folder/);
  });

  test('with problems are refused by name and path, and take no flags of presets', () => {
    const path = write('{"format": "ntk-architecture/1", "layers": [{"kind": "relu"}, {"kind": "dense"}]}');
    expect(() => resolveArchitecture(path)).toThrow(ArchitectureError);
    expect(() => resolveArchitecture(path)).toThrow(`${path}: layers[0]: relu needs`);
    expect(() => resolveArchitecture(path, { depth: 3 })).toThrow(/--depth: .*got it with the file/);
  });
});

describe('describeArchitecture', () => {
  test('shows a row a layer, what is trained, the convention and the notes', () => {
    const text = describeArchitecture(presetArchitecture('resntk', { depth: 1, alpha: 0.5 }), {
      input: 784,
      convention: presetConvention('resntk'),
      notes: ['zonal: yes'],
    });
    const lines = text.split('\n');
    expect(lines[0]).toBe('resntk L=1 alpha=0.5 (ntk-architecture/1, 3 layers)');
    expect(lines[3]).toMatch(/^layers\[0\] +dense scaling=none +784 -> n +no /);
    expect(lines[4]).toMatch(/^layers\[1\] +residual alpha=0\.5 +n -> n +skip\(h\) \+ alpha branch\(h\)/);
    expect(lines[5]).toMatch(/^layers\[1\]\.branch\[0\] +dense weightStd=1\.4142135623730951 +n -> n +yes/);
    expect(text).toMatch(/convention: Belfer, Geifman, Galun, Basri.*Huang/);
    expect(text.endsWith('zonal: yes\n')).toBe(true);
  });

  test('shows a repeated block once', () => {
    const text = describeArchitecture(presetArchitecture('fc', { depth: 100 }));
    expect(text).toMatch(/\.\.\. layers\[\d+\] +the same again, \d+ layers/);
    expect(text.split('\n').length).toBeLessThan(12);
  });

  test('shows weighted training and radial kernels', () => {
    const weighted = parseArchitecture({
      format: 'ntk-architecture/1',
      layers: [{ kind: 'dense', train: 0.5, width: 8 }],
    });
    expect(describeArchitecture(weighted)).toMatch(/layers\[0\] +dense width=8 +d -> 8 +x 0\.5/);
    expect(describeArchitecture(resolveArchitecture('gaussian:1'))).toMatch(/exp\(-0\.5 \|x - z\|\^2\), no network/);
  });

  test('every preset has a convention', () => {
    expect(Object.keys(PRESETS).every((name) => presetConvention(name) !== null)).toBe(true);
    expect(presetConvention('net.json')).toBeNull();
  });
});

describe('nearest', () => {
  test.each([
    ['ReLu', 'relu'],
    ['leaky_relu', 'leakyRelu'],
    ['weigthStd', 'weightStd'],
    ['dnese', 'dense'],
    ['glu', 'gelu'],
  ])('%s is %s', (name, expected) => {
    expect(nearest(name, ['dense', 'relu', 'gelu', 'leakyRelu', 'weightStd'])).toBe(expected);
  });

  test('nothing is near to a foreign or a very long word', () => {
    expect(nearest('transformer', ['dense', 'relu'])).toBeNull();
    expect(nearest('x'.repeat(1e6), ['dense'])).toBeNull();
    expect(nearest('', ['dense', 'relu', 'sin'])).toBeNull();
  });
});
