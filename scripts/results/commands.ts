/**
 * The fixed set of commands whose results two states of the engine are compared by; small, and with fixed threads,
 * memory and seeds.
 */

/** One command of the set. */
export interface Command {
  readonly name: string;
  /** What stands behind `ntk`, each blank a border. */
  readonly line: string;
  /** Exit code that it must have, in both states. [0] */
  readonly exit?: number;
  /** Whether it prints code, whose names may change as long as each becomes another one. */
  readonly code?: boolean;
  /** Backend without which it is left out, where neither state has it. */
  readonly needs?: string;
}

/** Own arithmetic, whose last bits no number of threads changes. */
const OWN = '--native off --threads 2 --memory 2GiB';
/** Products of the system's BLAS, whose last bits follow the plan and the threads. */
const BLAS = '--native auto --threads 1 --memory 2GiB';
const DIGITS = 'digits/train.csv --label-column 64 --scale unit-rows';
const BOTH_DIGITS = 'digits/train.csv digits/test.csv --label-column 64 --scale unit-rows';
const TREES = 'words.csv words.csv --label-column tree --drop-columns id --rows 0:24 --rows-z 24:36';

const KERNELS: readonly Command[] = [
  { name: 'fc', line: `kernel ${DIGITS} --rows 0:200 --arch fc ${OWN} --out fc.npy` },
  { name: 'fc-blas', line: `kernel ${DIGITS} --rows 0:200 --arch fc --depth 5 ${BLAS} --out fc-blas.npy` },
  { name: 'fc-text', line: `kernel awkward.npy --rows 0:8 --arch fc --normalized ${OWN}` },
  {
    name: 'fc-bias',
    line:
      `kernel awkward.npy other-rows.npy --arch fc --bias 0.4 --bias-init normal --kind both ${OWN} --out ` +
      'fc-bias.npz',
  },
  {
    name: 'resntk-f32',
    line:
      `kernel ${DIGITS} --rows 0:300 --arch resntk --alpha 0.5 --depth 20 --precision f32 ${OWN} --out ` +
      'resntk-f32.npy',
  },
  {
    name: 'resntk-z',
    line: `kernel awkward.npy other-rows.npy --arch resntk --train all --depth 2 --json ${BLAS} --out resntk-z.csv`,
  },
  { name: 'resnet-tirer', line: `kernel awkward.npy --arch resnet-tirer --kind nngp ${OWN} --out tirer.npy` },
  { name: 'laplace', line: `kernel awkward.npy other-rows.npy --arch laplace:0.3 ${OWN} --out laplace.npy` },
  { name: 'gamma', line: `kernel ${DIGITS} --rows 0:120 --arch gamma:1.5,0.2 --precision f32 ${OWN} --out gamma.npy` },
  { name: 'smooth', line: `kernel awkward.npy --arch networks/smooth.json --kind both ${OWN} --out smooth.npz` },
  {
    name: 'smooth-f32',
    line: `kernel awkward.npy --arch networks/smooth.json --precision f32 ${OWN} --out smooth-f32.npy`,
  },
  {
    name: 'kinked',
    line: `kernel awkward.npy other-rows.npy --arch networks/kinked.json --kind both ${OWN} --out kinked.npz`,
  },
  {
    name: 'gate',
    line: `kernel awkward.npy --arch networks/gate.json --kind nngp --scale standard ${OWN} --out gate.npy`,
  },
  {
    name: 'reference',
    line:
      'kernel awkward.npy other-rows.npy --arch networks/kinked.json ' +
      `--backend reference ${OWN} --out reference.npy`,
  },
  {
    name: 'tfjs',
    line:
      `kernel awkward.npy other-rows.npy --arch networks/smooth.json --precision f32 --backend tfjs ${OWN} --out ` +
      'tfjs.npy',
    needs: 'tfjs',
  },
  {
    name: 'tensorflow',
    line:
      `kernel awkward.npy --arch networks/kinked.json --precision f32 --backend tensorflow ${OWN} --out ` +
      'tensorflow.npy',
    needs: 'tensorflow',
  },
  {
    name: 'webgpu',
    line: `kernel awkward.npy --arch networks/kinked.json --precision f32 --backend webgpu ${OWN} --out webgpu.npy`,
    needs: 'webgpu',
  },
  { name: 'kernel-plan', line: `kernel ${DIGITS} --arch fc --depth 50 ${OWN} --out plan.npy --plan --json` },
];

const IMAGES: readonly Command[] = [
  { name: 'cntk-tr', line: `kernel images.npy --arch cntk --kind both ${OWN} --out cntk-tr.npz` },
  {
    name: 'cntk-eq',
    line:
      `kernel images.npy other-images.npy --arch cntk --head eq --padding same --first-filter 5 ${OWN} --out ` +
      'cntk-eq.npy',
  },
  { name: 'cntk-gap', line: `kernel images.npy --arch cntk --depth 2 --head gap ${OWN} --out cntk-gap.npy` },
  {
    name: 'rescntk',
    line:
      `kernel ${DIGITS} --image 8x8x1 --rows 0:40 --arch rescntk --depth ` +
      `3 --precision f32 ${BLAS} --out rescntk.npy`,
  },
  {
    name: 'rescntk-gap',
    line:
      'kernel images.npy other-images.npy --arch rescntk --depth 2 --head gap --scale unit-pixels --normalized ' +
      `${OWN} --out rescntk-gap.npy`,
  },
  { name: 'smooth-image', line: `kernel images.npy --arch networks/smooth-image.json ${OWN} --out smooth-image.npy` },
  {
    name: 'sequence',
    line: `kernel sequences.npy --arch networks/sequence.json --kind both ${OWN} --out sequence.npz`,
  },
  {
    name: 'image-reference',
    line:
      `kernel images.npy --rows 0:5 --arch networks/smooth-image.json --backend reference ${OWN} --out ` +
      'image-reference.npy',
  },
  {
    name: 'image-tfjs',
    line:
      `kernel images.npy --rows 0:6 --arch rescntk --depth 1 --head gap --precision f32 --backend tfjs ${OWN} --out ` +
      'image-tfjs.npy',
    needs: 'tfjs',
  },
  {
    name: 'image-webgpu',
    line:
      `kernel images.npy --arch cntk --depth 2 --head gap --precision f32 --backend webgpu ${OWN} --out ` +
      'image-webgpu.npy',
    needs: 'webgpu',
  },
];

const SPECTRA: readonly Command[] = [
  {
    name: 'eigs-dense',
    line:
      `eigs ${DIGITS} --rows 0:150 --arch fc --depth 1,3 -k 40 --method dense --ridge 1e-6,1e-3 ${OWN} --out ` +
      'eigs-dense.json',
  },
  {
    name: 'eigs-vectors',
    line:
      `eigs awkward.npy --arch networks/kinked.json --kind nngp -k 6 --labels classes.npy ${BLAS} --vectors ` +
      'vectors.npy --out vectors.json',
  },
  { name: 'eigs-text', line: `eigs ${DIGITS} --rows 0:100 --arch fc -k 25 --method dense ${OWN}` },
  { name: 'eigs-stored', line: `eigs fc.npy -k 10 --method lanczos ${OWN} --json` },
  { name: 'eigs-npz', line: `eigs smooth.npz:nngp -k 5 --which smallest --native auto --threads 1` },
  {
    name: 'eigs-lanczos',
    line:
      `eigs ${DIGITS} --rows 0:300 --arch resntk --alpha 0.5 -k 8 --method lanczos --normalized ${OWN} --out ` +
      'eigs-lanczos.json',
  },
  {
    name: 'eigs-power',
    line:
      `eigs awkward.npy --arch laplace:0.3 --kind ntk -k 2 --method power --tol 1e-6 --labels classes.npy ${OWN} ` +
      '--json',
  },
  {
    name: 'eigs-density',
    line:
      `eigs ${DIGITS} --rows 0:120 --arch cntk --image 8x8x1 --head eq --depth 1 -k 5 --density --precision f32 ` +
      `${OWN} --out eigs-density.json`,
  },
  {
    name: 'eigs-width',
    line: `eigs ${DIGITS} --rows 0:60 --arch fc --depth 1,2 --width 64 --seed 3 -k 6 ${OWN} --out eigs-width.json`,
  },
  { name: 'sphere', line: `sphere --arch fc --depth 1,3 --arch laplace:1 --dim 3 --max-degree 24 --out sphere.json` },
  {
    name: 'sphere-smooth',
    line: `sphere --arch networks/smooth.json --dim 12 --max-degree 12 --normalized --out sphere.csv`,
  },
];

const REGRESSIONS: readonly Command[] = [
  {
    name: 'regress-cholesky',
    line:
      `regress ${BOTH_DIGITS} --rows 0:200 --rows-z 0:100 --arch fc --depth 3 --ridge 1e-6 --variance variance.npy ` +
      `${OWN} --json --out predictions.npy`,
  },
  {
    name: 'regress-cg',
    line:
      `regress ${BOTH_DIGITS} --rows 0:250 --rows-z 0:60 --arch resntk --solver cg --train-sizes 100,250 ${OWN} ` +
      '--json',
  },
  {
    name: 'regress-unsolved',
    line:
      `regress ${BOTH_DIGITS} --rows 0:250 --rows-z 0:60 --arch fc --solver cg --iterations 2 --tol 1e-15 ${OWN} ` +
      '--out unsolved.npy',
    exit: 3,
  },
  {
    name: 'regress-sweep',
    line:
      `regress ${BOTH_DIGITS} --rows 0:120 --rows-z 0:60 --arch resntk --depth 1,3 --alpha 0.2,1 --ridge 1e-6,1e-2 ` +
      `${OWN}`,
  },
  {
    name: 'regress-auto',
    line: `regress ${TREES} --arch networks/smooth.json --ridge auto ${OWN} --json --out auto.csv`,
  },
  {
    name: 'regress-time',
    line:
      'regress awkward.npy awkward.npy --labels targets.npy --test-labels targets.npy --arch fc --kind nngp --time ' +
      `0.1,10 ${BLAS} --json`,
  },
  {
    name: 'regress-width',
    line:
      `regress ${BOTH_DIGITS} --rows 0:60 --rows-z 0:40 --arch fc --width 64 --outputs 2 --seed 1 ${OWN} --out ` +
      'width.npy',
  },
  {
    name: 'own-kernel',
    line: `kernel awkward.npy --arch laplace:0.3 ${OWN} --out own.csv`,
  },
  {
    name: 'regress-stored',
    line:
      `regress --kernel own.csv --cross own.csv --labels classes.npy --test-labels classes.npy --ridge 1e-3 ${OWN} ` +
      '--json --out stored.npy',
  },
];

const FINITE: readonly Command[] = [
  {
    name: 'empirical',
    line:
      `empirical ${DIGITS} --rows 0:60 --arch resntk --width 64 --outputs 3 --seed 2 ${OWN} --save-weights W.npz ` +
      '--contributions parts.npz --out empirical.npy',
  },
  {
    name: 'empirical-full',
    line:
      'empirical awkward.npy other-rows.npy --arch networks/smooth.json --width 48 --outputs 2 --contract full ' +
      `${OWN} --json --out full.npy`,
  },
  {
    name: 'empirical-image',
    line:
      `empirical images.npy --arch networks/smooth-image.json --width 12 --outputs 2 ${OWN} --out ` +
      'empirical-image.npy',
  },
  {
    name: 'empirical-cntk',
    line:
      `empirical images.npy other-images.npy --arch cntk --depth 2 --head gap --width 16 --precision f32 ${BLAS} ` +
      '--out empirical-cntk.npy',
  },
  {
    name: 'empirical-wide',
    line:
      `empirical ${DIGITS} --rows 0:20 --arch fc --depth 2 --width 300 --outputs 10 --init orthogonal --contract ` +
      `full ${BLAS} --out wide.npy`,
  },
  {
    name: 'empirical-weights',
    line:
      `empirical ${DIGITS} --rows 0:30 --arch resntk --width 64 --outputs 3 --weights W.npz --precision f32 ${OWN} ` +
      '--out weights.csv',
  },
  {
    name: 'empirical-tfjs',
    line:
      `empirical awkward.npy --arch networks/kinked.json --width 32 --precision f32 --backend tfjs ${OWN} --out ` +
      'empirical-tfjs.npy',
    needs: 'tfjs',
  },
  {
    name: 'empirical-model',
    line:
      'empirical digits/test.csv --label-column 64 --rows 0:20 --model digits/model.json --memory 2GiB --backend ' +
      'tfjs --contributions variables.npz --out model.npy',
    needs: 'tfjs',
  },
  {
    name: 'compare',
    line:
      `compare ${DIGITS} --rows 0:24 --arch resntk --depth 2 --alpha 0.5 --widths 16,32,64 --seeds 4 -k 5 ${OWN} ` +
      '--out compare',
  },
  {
    name: 'compare-image',
    line:
      `compare images.npy --arch rescntk --depth 1 --head gap --widths 8,16 --seeds 3 --precision f32 ${OWN} --json ` +
      '--out compare-image',
  },
];

const REST: readonly Command[] = [
  {
    name: 'profile',
    line:
      'profile --arch resntk --depth 2,8 --alpha 0.5 --arch networks/smooth.json --arch laplace:1 --angles 31 --out ' +
      'profile.json',
  },
  { name: 'profile-text', line: `profile --arch fc --depth 1,50 --kind nngp --angles 13` },
  { name: 'arch', line: `arch rescntk --depth 2 --head gap --filter 5` },
  { name: 'arch-describe', line: `arch networks/kinked.json --describe --input 12` },
  { name: 'arch-describe-image', line: `arch networks/smooth-image.json --describe --input 6x6x2 --json` },
  { name: 'arch-shader', line: `arch networks/smooth.json --describe --shader`, code: true },
  { name: 'arch-image-shader', line: `arch cntk --depth 2 --head gap --describe --shader --input 6x6x2`, code: true },
  { name: 'plot-profile', line: `plot profile.json --out profile.svg --data profile.csv --title angles` },
  { name: 'plot-eigs', line: `plot eigs-dense.json --out eigs.html` },
  { name: 'plot-sphere', line: `plot sphere.json --out sphere.pdf` },
  { name: 'plot-kernel', line: `plot fc.json --labels digits/train.csv --label-column 64 --out kernel.svg` },
  { name: 'plot-compare', line: `plot compare/compare.json --out compare.svg` },
  { name: 'plot-vectors', line: `plot vectors.json --figure vectors --out vectors.svg` },
  { name: 'plot-density', line: `plot eigs-density.json --figure density --out density.svg --data density.csv` },
  { name: 'refusal', line: `kernel awkward.npy --arch networks/gate.json --depth 0 ${OWN} --out none.npy`, exit: 2 },
  { name: 'backends', line: `backends --json` },
];

/** All of them; a later one may read what an earlier one wrote. */
export const COMMANDS: readonly Command[] = [...KERNELS, ...IMAGES, ...SPECTRA, ...REGRESSIONS, ...FINITE, ...REST];
