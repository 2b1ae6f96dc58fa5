export { type DescribeOptions, describeArchitecture } from './architecture/describe.js';
export { parseArchitecture } from './architecture/parse.js';
export type { PresetFlags } from './architecture/preset-flags.js';
export { presetArchitecture } from './architecture/presets.js';
export { parseRadial } from './architecture/radial.js';
export { serialiseArchitecture } from './architecture/serialise.js';
export type { Architecture, KernelDefinition, RadialKernel } from './architecture/types.js';
export { type BackendReport, listBackends } from './backend/select.js';
export type { FloatArray, NdArray, Precision } from './data/array.js';
export { asVectors } from './data/image.js';
export { mirrored, withMirrored } from './data/mirror.js';
export { rootMeanSquare } from './data/norm.js';
export { SCALE_MODES, type Scaled, type ScaleMode, scale } from './data/scale.js';
export {
  ArchitectureError,
  BackendError,
  InterruptedError,
  isNtkError,
  MemoryError,
  NtkError,
  NumericalError,
  RecomputeError,
  UsageError,
} from './errors.js';
export { computedCross } from './kernel/cross.js';
export { isHomogeneous, programmeNotes } from './kernel/describe.js';
export { kernelMatrix } from './kernel/matrix.js';
export { computedOperator } from './kernel/operator.js';
export { planKernel } from './kernel/plan.js';
export { kernelProfile, type Profile, type ProfileCurve, type ProfileOptions } from './kernel/profile.js';
export type { KernelKind, KernelMatrices, KernelOptions, KernelPlan, KernelRun } from './kernel/types.js';
export type { DeviceChoice } from './linalg/device/choice.js';
export { linearAlgebra } from './linalg/index.js';
export type { CrossOperator } from './operators/cross.js';
export { DenseOperator, type SymmetricOperator } from './operators/operator.js';
export { fetchModule } from './platform/browser/wasm.js';
export { type RegressData, type Regression, type RegressOptions, regress } from './regression/regress.js';
export { type DensityOptions, type SpectralDensity, spectralDensity } from './spectrum/density.js';
export { type EigenOptions, type Eigenpairs, eigenpairs } from './spectrum/eigenpairs.js';
export { type SphereOptions, type SphereSpectrum, sphereSpectrum } from './spectrum/sphere.js';
export { type SpectrumSummary, type SummaryOptions, summarise } from './spectrum/summary.js';
