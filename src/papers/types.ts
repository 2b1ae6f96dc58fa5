import type { Labels, NdArray } from '../data/index.js';
import type { LinearAlgebra } from '../linalg/algebra.js';
import type { PaperFigure } from './figure.js';

/** How much is computed: `quick` in minutes on two cores, `full` for figures of a publication. */
export type PaperSize = 'quick' | 'full';

/** What a claim turned out to be in the range where it was measured. */
export type Verdict = 'holds' | 'fails' | 'in part';

/** Examples on which claims about data are measured. */
export interface PaperData {
  /** What they are, for people. */
  readonly name: string;
  /** Images `[n, h, w, c]`, signals `[n, w, c]` or vectors `[n, d]`. */
  readonly x: NdArray;
  /** Labels, one an example; null without. */
  readonly labels: Labels | null;
}

/** What a measurement is given. */
export interface ClaimContext {
  /** How much is computed. */
  readonly size: PaperSize;
  /** Data for claims about data. */
  readonly data: PaperData;
  /** Seed of random inputs, rotations and networks. */
  readonly seed: number;
  /** Bytes that the process may take. */
  readonly memory: number;
  /** Worker threads. [what the container offers] */
  readonly threads?: number;
  /** BLAS library of kernels, as `--native` has it. [auto] */
  readonly native?: string;
  /** Dense linear algebra (`linearAlgebra`). */
  readonly algebra: LinearAlgebra;
  /** Aborts the work with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** One number against what it had to be. */
export interface ClaimCheck {
  /** What was measured. */
  readonly what: string;
  /** What it had to be, fixed before. */
  readonly asked: string;
  /** What came out. */
  readonly measured: string;
  /** The number itself, where it is one. */
  readonly value?: number;
  /** Whether it is what was asked. */
  readonly passed: boolean;
  /** Whether it shows where a claim ends, and alone does not refute it. [false] */
  readonly beside?: boolean;
}

/** What was found of a claim. */
export interface Measurement {
  /** The numbers in one sentence. */
  readonly measured: string;
  /** Numbers against what they had to be. */
  readonly checks: readonly ClaimCheck[];
  /** Range in which it was seen. */
  readonly range: string;
  /** Why the numbers come out so; where our reading differs from the paper's words, how. */
  readonly why: string;
  /** What it shows. */
  readonly figures: readonly PaperFigure[];
  /** What the user should know although it is no error. [none] */
  readonly warnings?: readonly string[];
}

/** What a paper says, in words fixed before the measurement. */
export interface ClaimWords {
  /** Its number in the list of the field's claims. */
  readonly id: number;
  /** The statement, in our words. */
  readonly claim: string;
  /** When it counts as true. */
  readonly criterion: string;
  /** What a reader should look at. */
  readonly look: string;
}

/** A claim with its measurement. */
export interface Claim extends ClaimWords {
  /** Of a claim about data: throws UsageError for data on which it cannot be measured. */
  checkData?(context: ClaimContext): void;
  /** Measures it; throws InterruptedError when aborted. */
  measure(context: ClaimContext): Promise<Measurement>;
}

/** A paper as a table of claims; `src/papers/` holds one a file. */
export interface Paper {
  /** As the command line has it. */
  readonly name: string;
  /** Title of the paper. */
  readonly title: string;
  /** Initials and names. */
  readonly authors: string;
  /** Of the first version. */
  readonly year: number;
  /** Number on arXiv. */
  readonly arxiv: string;
  /** How far the paper itself was read. */
  readonly reading: string;
  /** What it says. */
  readonly claims: readonly Claim[];
}

/** A claim after its measurement. */
export interface ClaimResult extends ClaimWords, Measurement {
  /** What its checks say together. */
  readonly verdict: Verdict;
  /** Wall time of its measurement. */
  readonly seconds: number;
  /** What the user should know although it is no error. */
  readonly warnings: readonly string[];
}
