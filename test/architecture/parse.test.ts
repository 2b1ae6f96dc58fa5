import { describe, expect, test } from '@jest/globals';
import { checkKind, parseArchitecture } from '../../src/architecture/parse.js';
import { ArchitectureError } from '../../src/errors.js';

function file(...layers: readonly unknown[]): object {
  return { format: 'ntk-architecture/1', name: 'test', layers };
}

/** `path: message` of every problem. */
function problemsOf(json: unknown, where?: string): readonly string[] {
  try {
    parseArchitecture(json, where);
  } catch (error) {
    if (error instanceof ArchitectureError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

const dense = { kind: 'dense' };
const relu = { kind: 'relu' };

/** What must be refused: a file, and per problem its path and a word of its rule. */
const REFUSED: readonly (readonly [
  what: string,
  json: unknown,
  problems: readonly (readonly [path: string, text: RegExp])[],
])[] = [
  [
    'an activation on the data',
    file(relu, dense),
    [['layers[0]', /relu needs a Gaussian input, got the data\. Put a dense/]],
  ],
  ['an activation on an activation', file(dense, relu, relu, dense), [['layers[2]', /Gaussian.*activation/]]],
  ['an activation on identity', file(dense, { kind: 'identity' }, relu, dense), [['layers[2]', /Gaussian/]]],
  ['layerNorm on the data', file({ kind: 'layerNorm' }, dense), [['layers[0]', /layerNorm needs a Gaussian/]]],
  ['layerNorm on an activation', file(dense, relu, { kind: 'layerNorm' }, dense), [['layers[2]', /Gaussian/]]],
  [
    'an activation on a sum with the data',
    file({ kind: 'residual', branch: [dense] }, relu, dense),
    [['layers[1]', /Gaussian/]],
  ],
  [
    'an activation on a sum with an activation',
    file(dense, { kind: 'residual', branch: [dense], skip: [relu] }, relu, dense),
    [['layers[2]', /Gaussian/]],
  ],
  [
    'a branch that ends in an activation',
    file(dense, { kind: 'residual', branch: [relu] }, dense),
    [['layers[1].branch[0]', /end in dense or conv.*got relu/]],
  ],
  [
    'a branch that ends in layerNorm',
    file(dense, { kind: 'residual', branch: [dense, { kind: 'layerNorm' }] }),
    [['layers[1].branch[1]', /end in dense/]],
  ],
  ['an empty branch', file(dense, { kind: 'residual', branch: [] }), [['layers[1].branch', /end in dense.*empty/]]],
  [
    'a missing branch',
    file(dense, { kind: 'residual' }),
    [['layers[1].branch', /must be a list of layers, got nothing/]],
  ],
  [
    'branch and skip of different shapes',
    file(
      dense,
      { kind: 'residual', branch: [{ kind: 'dense', width: 5 }], skip: [{ kind: 'dense', width: 6 }] },
      dense,
    ),
    [['layers[1]', /same shape, got widths 5 and 6/]],
  ],
  [
    'scaling none behind the first layer',
    file(dense, relu, { kind: 'dense', scaling: 'none' }),
    [['layers[2].scaling', /"fan-in".*got "none"/]],
  ],
  ['an end in an activation', file(dense, relu), [['layers[1]', /must end in a Gaussian state/]]],
  ['no layers', file(), [['layers', /must end in a Gaussian state, got the data/]]],
  ['a negative weightStd', file({ kind: 'dense', weightStd: -1 }), [['layers[0].weightStd', />= 0.*got -1/]]],
  ['a negative biasStd', file({ kind: 'dense', biasStd: -0.5 }), [['layers[0].biasStd', />= 0.*got -0.5/]]],
  [
    'a negative alpha',
    file(dense, { kind: 'residual', alpha: -1, branch: [dense] }),
    [['layers[1].alpha', />= 0.*got -1/]],
  ],
  ['a negative train', file({ kind: 'dense', train: -1 }), [['layers[0].train', />= 0, got -1/]]],
  [
    'an infinite number',
    file({ kind: 'dense', weightStd: Number.POSITIVE_INFINITY }),
    [['layers[0].weightStd', /finite.*got Infinity/]],
  ],
  ['NaN', file({ kind: 'dense', biasStd: Number.NaN }), [['layers[0].biasStd', /finite.*got NaN/]]],
  ['an overflowing square', file({ kind: 'dense', weightStd: 1e200 }), [['layers[0].weightStd', /finite square/]]],
  ['an overflowing train', file({ kind: 'dense', weightStd: 1e100, train: 1e200 }), [['layers[0].train', /finite/]]],
  ['a number as text', file({ kind: 'dense', weightStd: '1' }), [['layers[0].weightStd', /got "1"/]]],
  ['null', file({ kind: 'dense', train: null }), [['layers[0].train', /got null/]]],
  ['a fractional width', file({ kind: 'dense', width: 1.5 }), [['layers[0].width', /whole number >= 1, got 1.5/]]],
  [
    'a misspelt bias convention',
    file({ kind: 'dense', biasInit: 'Normal' }),
    [['layers[0].biasInit', /"normal" or "zero", got "Normal"/]],
  ],
  [
    'a leakyRelu without slope',
    file(dense, { kind: 'leakyRelu' }, dense),
    [['layers[1].slope', /from -1 to 1, got nothing/]],
  ],
  [
    'a slope out of range',
    file(dense, { kind: 'leakyRelu', slope: 1.5 }, dense),
    [['layers[1].slope', /from -1 to 1, got 1.5/]],
  ],
  ['an unknown kind', file(dense, { kind: 'ReLU' }, dense), [['layers[1].kind', /got "ReLU"\. Did you mean "relu"\?/]]],
  [
    'an unknown kind near nothing',
    file(dense, { kind: 'transformer' }, dense),
    [['layers[1].kind', /Known are dense, relu/]],
  ],
  [
    'a kind from the prototype',
    file({ kind: 'constructor' }, dense),
    [['layers[0].kind', /must be the name of a layer/]],
  ],
  ['an unknown field', file({ kind: 'dense', weigthStd: 2 }), [['layers[0].weigthStd', /Did you mean "weightStd"\?/]]],
  [
    'a field of another kind',
    file(dense, { kind: 'relu', slope: 0.1 }, dense),
    [['layers[1].slope', /relu has no fields/]],
  ],
  ['a layer without kind', file({}, dense), [['layers[0].kind', /got nothing/]]],
  [
    'a layer that is no object',
    file(3, 'dense', null, [dense], dense),
    [
      ['layers[0]', /got 3/],
      ['layers[1]', /got "dense"/],
      ['layers[2]', /got null/],
      ['layers[3]', /object with a "kind", got/],
    ],
  ],
  [
    'an image layer',
    file({ kind: 'conv', filter: [3, 3] }, dense),
    [['layers[0].kind', /"conv"\. It is not supported yet: image layers follow/]],
  ],
  [
    'a foreign format',
    { ...file(dense), format: 'ntk-architecture/2' },
    [['format', /must be "ntk-architecture\/1", got "ntk-architecture\/2"/]],
  ],
  ['no format', { name: '', layers: [dense] }, [['format', /got nothing/]]],
  ['a name that is no text', { ...file(dense), name: 3 }, [['name', /text, got 3/]]],
  ['an unknown field at the top', { ...file(dense), layer: [] }, [['layer', /Did you mean "layers"\?/]]],
  [
    'layers that are no list',
    { ...file(), layers: { kind: 'dense' } },
    [['layers', /list of layers, got \{"kind":"dense"\}/]],
  ],
  ['no object', [dense], [['architecture', /must be an object/]]],
];

describe('parseArchitecture refuses', () => {
  test.each(REFUSED)('%s', (_what, json, expected) => {
    const found = problemsOf(json);
    expect(found).toHaveLength(expected.length);
    expected.forEach(([path, text], i) => {
      expect(found[i].startsWith(`${path}: `)).toBe(true);
      expect(found[i]).toMatch(text);
      // Rule, value, remedy.
      expect(found[i]).toMatch(/, got .+[.?] ?.+[.?}]$/);
    });
  });

  test('everything at once, with paths into branches and skips', () => {
    const branch = [{ kind: 'dense', weightStd: -1 }, { kind: 'rlu' }, { kind: 'dense', bias: 1 }];
    const json = file(
      relu,
      { kind: 'residual', alpha: 'x', branch, skip: [{ kind: 'dense', train: 'no' }] },
      { kind: 'dense', scaling: 'none' },
      relu,
    );
    expect(problemsOf(json).map((problem) => problem.slice(0, problem.indexOf(': ')))).toEqual([
      'layers[1].alpha',
      'layers[1].branch[0].weightStd',
      'layers[1].branch[1].kind',
      'layers[1].branch[2].bias',
      'layers[1].skip[0].train',
      'layers[0]',
      'layers[2].scaling',
      'layers[3]',
    ]);
  });

  test('with the name of the file before each path', () => {
    expect(problemsOf(file(relu, dense), 'net.json')).toEqual([expect.stringMatching(/^net\.json: layers\[0\]: relu/)]);
    expect(problemsOf(1, 'net.json')).toEqual([expect.stringMatching(/^net\.json: must be an object/)]);
  });

  test('inner problems of a misspelt residual as well', () => {
    const found = problemsOf(file(dense, { kind: 'residul', branch: [{ kind: 'dense', weightStd: -1 }] }, dense));
    expect(found.map((problem) => problem.slice(0, problem.indexOf(': ')))).toEqual([
      'layers[1].kind',
      'layers[1].branch[0].weightStd',
    ]);
  });

  test('nesting that would exhaust the stack', () => {
    let inner: object = dense;
    for (let i = 0; i < 50_000; i++) inner = { kind: 'residual', branch: [inner, dense] };
    expect(problemsOf(file(inner, dense))[0]).toMatch(/at most 256 levels deep/);
  });
});

describe('parseArchitecture fills in', () => {
  test('every default', () => {
    const parsed = parseArchitecture({
      format: 'ntk-architecture/1',
      layers: [dense, { kind: 'residual', branch: [dense] }],
    });
    const full = {
      kind: 'dense',
      weightStd: 1,
      biasStd: 0,
      biasInit: 'normal',
      scaling: 'fan-in',
      train: true,
      init: 'gaussian',
      width: null,
    };
    expect(parsed).toEqual({
      format: 'ntk-architecture/1',
      name: '',
      layers: [full, { kind: 'residual', alpha: 1, branch: [full], skip: [] }],
    });
  });

  test('into frozen records', () => {
    const { layers } = parseArchitecture(file(dense, { kind: 'residual', branch: [dense] }));
    expect([layers, ...layers].every(Object.isFrozen)).toBe(true);
    const [, sum] = layers;
    expect(sum.kind === 'residual' && Object.isFrozen(sum.branch) && Object.isFrozen(sum.skip)).toBe(true);
  });

  test('minus zero as zero', () => {
    const [layer] = parseArchitecture(file({ kind: 'dense', biasStd: -0 })).layers;
    expect(layer.kind === 'dense' && Object.is(layer.biasStd, 0)).toBe(true);
  });
});

describe('checkKind', () => {
  const deep = (train: unknown) => parseArchitecture(file({ ...dense, train }, { kind: 'step' }, dense));

  test('refuses the NTK of step behind trained layers, and no other kernel', () => {
    expect(() => checkKind(deep(true), 'ntk')).toThrow(/layers\[1\]: step has no NTK.*--kind nngp/);
    expect(() => checkKind(deep(0.5), 'both')).toThrow(ArchitectureError);
    expect(() => checkKind(deep(true), 'nngp')).not.toThrow();
    expect(() => checkKind(deep(false), 'ntk')).not.toThrow();
  });

  test('looks into branches, and past branches of weight 0', () => {
    const inBranch = [
      { ...dense, train: false },
      { kind: 'residual', branch: [dense, { kind: 'step' }, dense] },
    ];
    expect(() => checkKind(parseArchitecture(file(...inBranch)), 'ntk')).toThrow(/layers\[1\]\.branch\[1\]/);
    const cut = [{ ...dense, train: false }, { kind: 'residual', alpha: 0, branch: [dense] }, { kind: 'step' }, dense];
    expect(() => checkKind(parseArchitecture(file(...cut)), 'ntk')).not.toThrow();
  });
});
