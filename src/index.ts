export { type DescribeOptions, describeArchitecture } from './architecture/describe.js';
export type { InputShape } from './architecture/lower.js';
export { parseArchitecture } from './architecture/parse.js';
export type { PresetFlags } from './architecture/preset-flags.js';
export { presetArchitecture } from './architecture/presets.js';
export { parseRadial } from './architecture/radial.js';
export { readArchitecture } from './architecture/read.js';
export { resolveArchitecture } from './architecture/resolve.js';
export { serialiseArchitecture } from './architecture/serialise.js';
export type { Architecture, KernelDefinition, RadialKernel } from './architecture/types.js';
export type { DeviceFacts } from './backend/device.js';
export { type BackendReport, listBackends } from './backend/select.js';
export { compareWidths, planComparison } from './compare/compare-widths.js';
export { DEFAULT_LEADING, DEFAULT_SEEDS } from './compare/defaults.js';
export type {
  CompareChecks,
  CompareOptions,
  ComparePlan,
  CompareProgress,
  CompareRun,
  CompareStages,
  Comparison,
  EigenspaceComparison,
  EigenvalueComparison,
  Interval,
  LayerComparison,
  MeanKernelDistance,
  WidthPlan,
} from './compare/types.js';
export {
  asVectors,
  type Column,
  type FeatureStatistics,
  type FloatArray,
  type FormatName,
  type Input,
  type LabelFile,
  type Labels,
  type Layout,
  mirrored,
  type NdArray,
  type NpzOptions,
  type OnSize,
  type Owner,
  type Precision,
  type ReadLabelsOptions,
  type ReadOptions,
  type RowRange,
  readInput,
  readLabels,
  rootMeanSquare,
  SCALE_MODES,
  type Scaled,
  type ScaleMode,
  type SparseShape,
  scale,
  type TableOptions,
  withMirrored,
  writeNpy,
  writeNpz,
} from './data/index.js';
export { DEFAULT_LAYOUT } from './data/layout.js';
export type { ReadFile } from './data/model-files.js';
export { DEFAULT_SCALE } from './data/scale.js';
export type { FileMark } from './data/write/mark.js';
export { empiricalCross } from './empirical/cross.js';
export { DEFAULT_CONTRACT } from './empirical/defaults.js';
export { functionKernel } from './empirical/functions/kernel.js';
export { type ModelOptions, readModel, type SavedModel } from './empirical/functions/saved-model.js';
export type {
  FunctionCheck,
  FunctionKernel,
  FunctionOptions,
  SlopesReport,
  TensorFunction,
} from './empirical/functions/types.js';
export { empiricalKernel } from './empirical/kernel.js';
export type { EmpiricalMethod } from './empirical/methods/index.js';
export { empiricalOperator } from './empirical/operator.js';
export type { Contraction } from './empirical/target.js';
export type {
  EmpiricalCheck,
  EmpiricalKernel,
  EmpiricalOptions,
  EmpiricalPlan,
  EmpiricalStages,
  LayerPlan,
} from './empirical/types.js';
export { type WriteEmpiricalOptions, type WrittenEmpirical, writeEmpirical } from './empirical/write.js';
export {
  ArchitectureError,
  type ArchitectureProblem,
  BackendError,
  DataError,
  InternalError,
  InterruptedError,
  isNtkError,
  MemoryError,
  NtkError,
  NumericalError,
  OutputError,
  RecomputeError,
  UsageError,
} from './errors.js';
export { computedCross } from './kernel/cross.js';
export { COMPUTE_DEFAULTS, PROFILE_DEFAULTS } from './kernel/defaults.js';
export { isHomogeneous, programmeNotes } from './kernel/describe.js';
export { kernelMatrix } from './kernel/matrix.js';
export { computedOperator } from './kernel/operator.js';
export { planKernel } from './kernel/plan.js';
export { kernelProfile, type Profile, type ProfileCurve, type ProfileOptions } from './kernel/profile.js';
export {
  type FieldDecay,
  type ReceptiveField,
  type ReceptiveFieldOptions,
  receptiveField,
} from './kernel/receptive-field.js';
export { type TensorKernelOptions, type TensorKernels, tensorKernels } from './kernel/tensors.js';
export type {
  BackendName,
  BothMatrices,
  KernelKind,
  KernelMatrices,
  KernelOptions,
  KernelPlan,
  KernelRun,
  NngpMatrix,
  NtkMatrix,
  Progress,
  Stages,
} from './kernel/types.js';
export { type WriteOptions, writeKernel } from './kernel/write.js';
export type { Layer } from './layers/index.js';
export type { CholeskyFactor, EigenDecomposition, FactorInPlace, Inertia, LinearAlgebra } from './linalg/algebra.js';
export type { DeviceChoice } from './linalg/device/choice.js';
export { linearAlgebra } from './linalg/index.js';
export { WHITENING_DEFAULTS, type Whitening, type WhiteningOptions, zcaWhitening } from './linalg/whitening.js';
export { DEFAULT_WIDTH, FIELD_SEEDS } from './network/defaults.js';
export { type FiniteNetwork, finiteNetwork, type WidthOptions } from './network/network.js';
export {
  type FiniteField,
  type FiniteFieldOptions,
  type FiniteFieldResult,
  finiteReceptiveField,
} from './network/receptive-field.js';
export { loadWeights, saveWeights } from './network/weight-files.js';
export type { LayerWeights, Weights } from './network/weights.js';
export type { CrossOperator } from './operators/cross.js';
export type { MatrixFile, MatrixLimits } from './operators/matrix-file.js';
export { DenseOperator, type SymmetricOperator } from './operators/operator.js';
export type { Recomputation, Recomputed } from './operators/recomputed.js';
export { storedOperator } from './operators/stored.js';
export { digitImages } from './papers/data.js';
export type {
  Curve,
  CurveAxis,
  CurveFigure,
  CurvePoint,
  FieldsFigure,
  NamedField,
  PaperFigure,
} from './papers/figure.js';
export { PAPERS } from './papers/index.js';
export { measureClaims, type PaperProgress } from './papers/run.js';
export type {
  Claim,
  ClaimCheck,
  ClaimContext,
  ClaimResult,
  ClaimWords,
  Measurement,
  Paper,
  PaperData,
  PaperSize,
  Verdict,
} from './papers/types.js';
export { REGRESS_DEFAULTS } from './regression/defaults.js';
export type { Fit, FitData, TriedRidge } from './regression/fit.js';
export { fitByProducts, type ProductData, type ProductFit, type ProductOptions } from './regression/fit-by-products.js';
export {
  type KernelRegression,
  type KernelRegressionOptions,
  type RegressionStages,
  regressKernel,
  type SizedFit,
  type SolverFacts,
} from './regression/kernel-regression.js';
export { type RegressData, type Regression, type RegressOptions, regress } from './regression/regress.js';
export { type Targets, type Task, targetsOf } from './regression/targets.js';
export { analyticSource } from './sources/analytic.js';
export { type BothSources, bothSources } from './sources/both.js';
export { empiricalSource } from './sources/empirical.js';
export { functionSource } from './sources/function.js';
export type { KernelSource, Origin, SourceKind, SourceMatrix } from './sources/source.js';
export { type StoredOptions, type StoredSource, storedSource } from './sources/stored.js';
export type { EigenMethod } from './spectrum/choose.js';
export {
  type Condition,
  condition,
  doubleConstantBound,
  doubleConstantEigenvalues,
  meanCorrelation,
  ownConstantBound,
  unitScales,
} from './spectrum/condition.js';
export { type ConditionReport, conditionReport } from './spectrum/condition-report.js';
export type { PowerLawFit } from './spectrum/decay.js';
export { DEFAULT_DEGREE, DEFAULT_MULTISPHERE_DEGREE, DENSITY_DEFAULTS, EIGEN_DEFAULTS } from './spectrum/defaults.js';
export type { SpectrumEnd } from './spectrum/dense.js';
export { type DensityOptions, type SpectralDensity, spectralDensity } from './spectrum/density.js';
export { type EigenOptions, type Eigenpairs, eigenpairs } from './spectrum/eigenpairs.js';
export { type DataFit, type DataFitOptions, fitRadialToData } from './spectrum/fit/data-fit.js';
export { FIT_DEFAULTS } from './spectrum/fit/defaults.js';
export { FIT_MODELS, type FitModel, type FitParameters, fittedKernel } from './spectrum/fit/models.js';
export type { PairCurves } from './spectrum/fit/pair-curves.js';
export { type FitFound, type FitOptions, fitRadial, type RadialFit } from './spectrum/fit/radial-fit.js';
export type { IterationProgress, MissedCheck, Products } from './spectrum/iteration.js';
export { type KernelSpectrum, type KernelSpectrumOptions, kernelSpectrum } from './spectrum/kernel-spectrum.js';
export type { LineName, MultisphereLine, PredictedDecay } from './spectrum/multisphere/lines.js';
export {
  type MultisphereOptions,
  type MultisphereSpectrum,
  type MultisphereTrace,
  multisphereSpectrum,
} from './spectrum/multisphere.js';
export type { DecayFit } from './spectrum/sphere/asymptotics.js';
export {
  type SphereEndpoints,
  type SphereMethod,
  type SphereOptions,
  type SphereSpectrum,
  type SphereTrace,
  sphereSpectrum,
} from './spectrum/sphere.js';
export {
  type DimensionAt,
  type Estimate,
  type SpectrumSummary,
  type SummaryOptions,
  summarise,
} from './spectrum/summary.js';
export type { UnitShape } from './vocabulary/operations.js';
