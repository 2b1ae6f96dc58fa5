import { checkInput } from '../../src/architecture/check-input.js';
import { checkKind, parseArchitecture } from '../../src/architecture/parse.js';
import { ArchitectureError } from '../../src/errors.js';
import { describe, expect, test } from '../jest.js';

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
const flat = { kind: 'flatten' };
const conv = (...filter: readonly number[]) => ({ kind: 'conv', filter });

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
    [['layers[1].kind', /Known are dense, conv, relu/]],
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
    'several positions at the end',
    file({ kind: 'conv', filter: [3, 3] }, dense),
    [['layers[1]', /one position, got several\. Add a readout.*flatten.*globalAvgPool.*pixel/]],
  ],
  ['a conv without filter', file({ kind: 'conv' }, flat), [['layers[0].filter', /whole numbers >= 1.*got nothing/]]],
  [
    'filters that are no sizes',
    file(conv(0), conv(1.5), conv(1, 1, 1), { kind: 'conv', filter: 3 }, flat),
    [
      ['layers[0].filter', /got \[0\]/],
      ['layers[1].filter', /got \[1.5\]/],
      ['layers[2].filter', /got \[1,1,1\]/],
      ['layers[3].filter', /got 3/],
    ],
  ],
  [
    'orthogonal for conv',
    file({ ...conv(3), init: 'orthogonal' }, flat),
    [['layers[0].init', /"gaussian", got "orthogonal"/]],
  ],
  ['a foreign padding', file({ ...conv(3), padding: 'zeros' }, flat), [['layers[0].padding', /got "zeros"/]]],
  ['an avgPool without window', file(conv(3), { kind: 'avgPool' }, flat), [['layers[1].window', /got nothing/]]],
  [
    'ranks that do not agree',
    file({ ...conv(3, 3), stride: [1] }, flat),
    [['layers[0].stride', /one number for each of the 2 axes.*got \[1\]\. Write e\.g\. \[1, 1\]/]],
  ],
  [
    'ranks of layers that do not agree',
    file(conv(3, 3), { kind: 'residual', branch: [conv(3)] }, { kind: 'pixel', at: [0] }, dense),
    [['layers[1].branch[0].filter', /2 axes.*got \[3\]/]],
  ],
  [
    'a pixel of the wrong rank',
    file(conv(3), { kind: 'pixel', at: [0, 0] }),
    [['layers[1].at', /the 1 axis.*got \[0, 0\]/]],
  ],
  ['a negative pixel', file(conv(3), { kind: 'pixel', at: [-1] }), [['layers[1].at', />= 0.*got \[-1\]/]]],
  [
    'layers of positions behind a readout',
    file(conv(3, 3), flat, conv(3, 3)),
    [['layers[2]', /conv needs the positions of an image, got the one that a readout left/]],
  ],
  ['a second readout', file(conv(3), flat, { kind: 'pixel' }), [['layers[2]', /pixel needs the positions/]]],
  [
    'a pool behind a readout',
    file(conv(3), { kind: 'globalAvgPool' }, { kind: 'avgPool', window: [2] }, dense),
    [['layers[2]', /avgPool needs/]],
  ],
  [
    'a readout in a branch only',
    file(conv(3), { kind: 'residual', branch: [flat, dense] }, flat),
    [['layers[1]', /same shape, got one position and the whole image/]],
  ],
  [
    'a branch that loses the border',
    file(conv(3, 3), { kind: 'residual', branch: [{ ...conv(3, 3), padding: 'valid' }] }, flat),
    [['layers[1]', /same shape, got an image smaller by 2 and 2 and the whole image/]],
  ],
  [
    'an activation on pooled data',
    file({ kind: 'avgPool', window: [2] }, relu, conv(1), flat),
    [['layers[1]', /Gaussian/]],
  ],
  [
    'an image network that ends in an activation',
    file(conv(3), relu, flat),
    [['layers[2]', /must end in a Gaussian state/]],
  ],
  [
    'a misspelt readout, alone',
    file(conv(3), { kind: 'flaten' }, dense),
    [['layers[1].kind', /Did you mean "flatten"/]],
  ],
  [
    'scaling none in a later conv',
    file(conv(3), { ...conv(3), scaling: 'none' }, flat),
    [['layers[1].scaling', /none/]],
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

describe('checkInput', () => {
  const problems = (positions: readonly number[] | null, ...layers: readonly object[]): readonly string[] => {
    try {
      checkInput(parseArchitecture(file(...layers)), { positions, channels: 3 });
    } catch (error) {
      if (error instanceof ArchitectureError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
      throw error;
    }
    return [];
  };
  const valid = (...filter: readonly number[]) => ({ ...conv(...filter), padding: 'valid' });

  test('refuses a filter larger than the image without padding, and no other', () => {
    expect(problems([4, 2], valid(3, 3), flat)).toEqual([
      'layers[0].filter: must fit into the 4x2 positions that reach it, got [3, 3]. Choose a smaller one, or ' +
        '"padding": "circular" or "same".',
    ]);
    expect(problems([5, 5], valid(3, 3), valid(3, 3), valid(2, 1), flat)[0]).toMatch(/^layers\[2\].*the 1x1 positions/);
    expect(problems([4, 2], conv(5, 5), { ...conv(3, 3), padding: 'same' }, flat)).toEqual([]);
  });

  test('refuses windows and pixels outside the image', () => {
    expect(problems([4], { kind: 'avgPool', window: [5] }, conv(1), flat)[0]).toMatch(
      /^layers\[0\]\.window: .*4 positions/,
    );
    expect(problems([4, 4], conv(3, 3), { kind: 'pixel', at: [1, 4] })).toEqual([
      'layers[1].at: must lie inside the 4x4 positions that reach it, got [1, 4]. Choose at most [3, 3].',
    ]);
  });

  test('refuses another rank, and vectors', () => {
    expect(problems([4, 4], conv(3), flat)[0]).toMatch(/^layers\[0\]\.filter: .*2 axes of its input, got \[3\]/);
    expect(problems(null, dense, { kind: 'residual', branch: [conv(3)] }, flat)).toEqual([
      expect.stringMatching(
        /^layers\[1\]\.branch\[0\]: conv needs the positions of an image, got vectors of 3 numbers/,
      ),
    ]);
    expect(problems(null, dense)).toEqual([]);
  });

  test('refuses branch and skip whose shapes differ by their strides', () => {
    const strided = { ...conv(3), stride: [2] };
    const sum = { kind: 'residual', branch: [strided] };
    expect(problems([5], conv(1), sum, flat)).toEqual([
      expect.stringMatching(/^layers\[1\]: branch and skip must have the same shape, got 3 positions and 5 positions/),
    ]);
    expect(problems([5], conv(1), { ...sum, skip: [{ ...conv(1), stride: [2] }] }, flat)).toEqual([]);
    expect(problems([1], conv(1), sum, flat)).toEqual([]);
  });

  const norm = { kind: 'layerNorm' };
  const sum = (...branch: readonly object[]) => ({ kind: 'residual', branch, skip: [flat] });

  test.each<[what: string, path: string, layers: readonly object[]]>([
    ['an activation', 'layers[2]', [conv(3, 3), flat, relu, dense]],
    ['the identity', 'layers[2]', [conv(3, 3), flat, { kind: 'identity' }, dense]],
    ['layerNorm', 'layers[3]', [conv(3, 3), norm, flat, norm]],
    [
      'an activation of a branch',
      'layers[2].branch[0]',
      [conv(1, 1), flat, { kind: 'residual', branch: [relu, dense] }],
    ],
    ['an activation behind a sum with it', 'layers[2]', [conv(1, 1), sum(flat, dense), relu, dense]],
    [
      'an activation behind a pool before it',
      'layers[3]',
      [conv(3, 3), { kind: 'avgPool', window: [2, 1] }, flat, relu, dense],
    ],
  ])('refuses %s behind a flatten of several positions', (_what, path, layers) => {
    expect(problems([4, 4], ...layers)).toEqual([
      expect.stringMatching(/needs features of one variance, got those of \d+ positions that flatten put side by side/),
    ]);
    expect(problems([4, 4], ...layers)[0].startsWith(`${path}: `)).toBe(true);
  });

  test.each<[what: string, layers: readonly object[]]>([
    ['a dense layer between', [conv(3, 3), flat, dense, relu, dense]],
    ['a flatten of the data', [flat, dense, relu, dense]],
    ['a flatten of one position', [valid(4, 4), flat, relu, dense]],
    [
      'a flatten of the one position of a pool',
      [conv(3, 3), { kind: 'avgPool', window: [4, 4] }, flat, norm, relu, dense],
    ],
    ['global pooling', [conv(3, 3), { kind: 'globalAvgPool' }, norm, relu, dense]],
    ['a pixel', [conv(3, 3), { kind: 'pixel' }, relu, dense]],
    ['a dense layer behind a sum', [conv(1, 1), sum(flat, dense), dense, relu, dense]],
  ])('takes an activation behind %s', (_what, layers) => {
    expect(problems([4, 4], ...layers)).toEqual([]);
  });

  test('reports everything at once', () => {
    expect(
      problems([4], conv(3), { kind: 'residual', branch: [valid(7)], skip: [valid(7)] }, flat).map((p) =>
        p.slice(0, p.indexOf(': ')),
      ),
    ).toEqual(['layers[1].branch[0].filter', 'layers[1].skip[0].filter']);
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
