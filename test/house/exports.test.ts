import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from '../jest.js';
import { ROOT, sources } from './sources.js';

/** What a user can import: a change here is a change of the public surface, and belongs into CHANGELOG.md. */
const VALUES = [
  'ArchitectureError',
  'BackendError',
  'COMPUTE_DEFAULTS',
  'DEFAULT_CONTRACT',
  'DEFAULT_DEGREE',
  'DEFAULT_LAYOUT',
  'DEFAULT_LEADING',
  'DEFAULT_MULTISPHERE_DEGREE',
  'DEFAULT_SCALE',
  'DEFAULT_SEEDS',
  'DEFAULT_WIDTH',
  'DENSITY_DEFAULTS',
  'DataError',
  'DenseOperator',
  'EIGEN_DEFAULTS',
  'FIELD_SEEDS',
  'FIT_DEFAULTS',
  'FIT_MODELS',
  'InternalError',
  'InterruptedError',
  'MemoryError',
  'NtkError',
  'NumericalError',
  'OutputError',
  'PAPERS',
  'PROFILE_DEFAULTS',
  'REGRESS_DEFAULTS',
  'RecomputeError',
  'SCALE_MODES',
  'UsageError',
  'WHITENING_DEFAULTS',
  'analyticSource',
  'asVectors',
  'bothSources',
  'compareWidths',
  'computedCross',
  'computedOperator',
  'condition',
  'conditionReport',
  'describeArchitecture',
  'digitImages',
  'doubleConstantBound',
  'doubleConstantEigenvalues',
  'eigenpairs',
  'empiricalCross',
  'empiricalKernel',
  'empiricalOperator',
  'empiricalSource',
  'finiteNetwork',
  'finiteReceptiveField',
  'fitByProducts',
  'fitRadial',
  'fitRadialToData',
  'fittedKernel',
  'functionKernel',
  'functionSource',
  'isHomogeneous',
  'isNtkError',
  'kernelMatrix',
  'kernelProfile',
  'kernelSpectrum',
  'linearAlgebra',
  'listBackends',
  'loadWeights',
  'meanCorrelation',
  'measureClaims',
  'mirrored',
  'multisphereSpectrum',
  'ownConstantBound',
  'parseArchitecture',
  'parseRadial',
  'planComparison',
  'planKernel',
  'presetArchitecture',
  'programmeNotes',
  'readArchitecture',
  'readInput',
  'readLabels',
  'readModel',
  'receptiveField',
  'regress',
  'regressKernel',
  'resolveArchitecture',
  'rootMeanSquare',
  'saveWeights',
  'scale',
  'serialiseArchitecture',
  'spectralDensity',
  'sphereSpectrum',
  'storedOperator',
  'storedSource',
  'summarise',
  'targetsOf',
  'tensorKernels',
  'unitScales',
  'withMirrored',
  'writeEmpirical',
  'writeKernel',
  'writeNpy',
  'writeNpz',
  'zcaWhitening',
];
const TYPES = [
  'Architecture',
  'ArchitectureProblem',
  'BackendName',
  'BackendReport',
  'BothMatrices',
  'BothSources',
  'CholeskyFactor',
  'Claim',
  'ClaimCheck',
  'ClaimContext',
  'ClaimResult',
  'ClaimWords',
  'Column',
  'CompareChecks',
  'CompareOptions',
  'ComparePlan',
  'CompareProgress',
  'CompareRun',
  'CompareStages',
  'Comparison',
  'Condition',
  'ConditionReport',
  'Contraction',
  'CrossOperator',
  'Curve',
  'CurveAxis',
  'CurveFigure',
  'CurvePoint',
  'DataFit',
  'DataFitOptions',
  'DecayFit',
  'DensityOptions',
  'DescribeOptions',
  'DeviceChoice',
  'DeviceFacts',
  'DimensionAt',
  'EigenDecomposition',
  'EigenMethod',
  'EigenOptions',
  'Eigenpairs',
  'EigenspaceComparison',
  'EigenvalueComparison',
  'EmpiricalCheck',
  'EmpiricalKernel',
  'EmpiricalMethod',
  'EmpiricalOptions',
  'EmpiricalPlan',
  'EmpiricalStages',
  'Estimate',
  'FactorInPlace',
  'FeatureStatistics',
  'FieldDecay',
  'FieldsFigure',
  'FileMark',
  'FiniteField',
  'FiniteFieldOptions',
  'FiniteFieldResult',
  'FiniteNetwork',
  'Fit',
  'FitData',
  'FitFound',
  'FitModel',
  'FitOptions',
  'FitParameters',
  'FloatArray',
  'FormatName',
  'FunctionCheck',
  'FunctionKernel',
  'FunctionOptions',
  'Inertia',
  'Input',
  'InputShape',
  'Interval',
  'IterationProgress',
  'KernelDefinition',
  'KernelKind',
  'KernelMatrices',
  'KernelOptions',
  'KernelPlan',
  'KernelRegression',
  'KernelRegressionOptions',
  'KernelRun',
  'KernelSource',
  'KernelSpectrum',
  'KernelSpectrumOptions',
  'LabelFile',
  'Labels',
  'Layer',
  'LayerComparison',
  'LayerPlan',
  'LayerWeights',
  'Layout',
  'LineName',
  'LinearAlgebra',
  'MatrixFile',
  'MatrixLimits',
  'MeanKernelDistance',
  'Measurement',
  'MissedCheck',
  'ModelOptions',
  'MultisphereLine',
  'MultisphereOptions',
  'MultisphereSpectrum',
  'MultisphereTrace',
  'NamedField',
  'NdArray',
  'NngpMatrix',
  'NpzOptions',
  'NtkMatrix',
  'OnSize',
  'Origin',
  'Owner',
  'PairCurves',
  'Paper',
  'PaperData',
  'PaperFigure',
  'PaperProgress',
  'PaperSize',
  'PowerLawFit',
  'Precision',
  'PredictedDecay',
  'PresetFlags',
  'ProductData',
  'ProductFit',
  'ProductOptions',
  'Products',
  'Profile',
  'ProfileCurve',
  'ProfileOptions',
  'Progress',
  'RadialFit',
  'RadialKernel',
  'ReadFile',
  'ReadLabelsOptions',
  'ReadOptions',
  'ReceptiveField',
  'ReceptiveFieldOptions',
  'Recomputation',
  'Recomputed',
  'RegressData',
  'RegressOptions',
  'Regression',
  'RegressionStages',
  'RowRange',
  'SavedModel',
  'ScaleMode',
  'Scaled',
  'SizedFit',
  'SlopesReport',
  'SolverFacts',
  'SourceKind',
  'SourceMatrix',
  'SparseShape',
  'SpectralDensity',
  'SpectrumEnd',
  'SpectrumSummary',
  'SphereEndpoints',
  'SphereMethod',
  'SphereOptions',
  'SphereSpectrum',
  'SphereTrace',
  'Stages',
  'StoredOptions',
  'StoredSource',
  'SummaryOptions',
  'SymmetricOperator',
  'TableOptions',
  'Targets',
  'Task',
  'TensorFunction',
  'TensorKernelOptions',
  'TensorKernels',
  'TriedRidge',
  'UnitShape',
  'Verdict',
  'Weights',
  'Whitening',
  'WhiteningOptions',
  'WidthOptions',
  'WidthPlan',
  'WriteEmpiricalOptions',
  'WriteOptions',
  'WrittenEmpirical',
];

/** Names that src/index.ts exports as types. */
function exportedTypes(): readonly string[] {
  const tree = sources('src').find(({ path }) => path === 'src/index.ts')?.tree;
  return (tree?.statements ?? []).flatMap((node) => {
    if (!ts.isExportDeclaration(node) || node.exportClause === undefined || !ts.isNamedExports(node.exportClause)) {
      return [];
    }
    return node.exportClause.elements.filter((one) => node.isTypeOnly || one.isTypeOnly).map(({ name }) => name.text);
  });
}

/**
 * Modules of this package that a program loads, as paths from `dist/`: every resolution is reported by a hook of the
 * loader.
 */
function loaded(program: string): readonly string[] {
  const hook = `
    import { writeSync } from 'node:fs';
    export async function resolve(specifier, context, next) {
      const found = await next(specifier, context);
      writeSync(1, found.url + '\\n');
      return found;
    }`;
  const url = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const start = url(`import { register } from 'node:module'; register(${JSON.stringify(url(hook))});`);
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['--import', start, '--input-type=module', '--eval', program],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  if (status !== 0) throw new Error(stderr);
  const folder = join(ROOT, 'dist/');
  const paths = stdout.split('\n').filter((line) => line.includes(folder));
  return paths.map((line) => line.slice(line.indexOf(folder) + folder.length));
}

describe('the public surface', () => {
  test('has these values and no others', async () => {
    const surface = await import('../../src/index.js');
    expect(Object.keys(surface).toSorted()).toEqual(VALUES);
  });

  test('has these types and no others', () => {
    expect(exportedTypes().toSorted()).toEqual(TYPES);
  });

  test('loads no backend, no report and no command when it is imported', () => {
    const modules = loaded("await import('./dist/src/index.js');");
    expect(modules).toContain('src/index.js');
    expect(modules.filter((path) => /^(kernels|src\/(cli|report|bench))\//.test(path))).toEqual([]);
  });

  test('loads the chosen backend alone when it computes', () => {
    const modules = loaded(`
      import { kernelMatrix, presetArchitecture } from './dist/src/index.js';
      const x = { data: Float64Array.of(1, 0, 0, 1), shape: [2, 2] };
      await kernelMatrix(x, { architecture: presetArchitecture('fc'), backend: 'reference' });`);
    const kernels = modules.filter((path) => path.startsWith('kernels/')).map((path) => path.split('/')[1]);
    expect([...new Set(kernels)]).toEqual(['reference']);
  });

  test('ntk --help loads nothing but the help of the command line', () => {
    // The program itself, not the bundle that it is run from where there is one.
    const run = "(await import('./dist/src/cli/program.js')).runProgram()";
    const modules = loaded(`process.argv.push('ntk', '--help'); await ${run};`);
    expect(modules).toContain('src/cli/program.js');
    expect(modules.filter((path) => !/^src\/(cli|report|errors|printable|architecture\/nearest)/.test(path))).toEqual(
      [],
    );
  });
});
