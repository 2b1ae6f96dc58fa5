/** Every benchmark of `ntk bench`, in the order of the help. */
export const BENCHMARKS = ['kernel', 'eigs', 'conv', 'empirical', 'start', 'gpu', 'tensorflow'] as const;

/** The name of a benchmark. */
export type Benchmark = (typeof BENCHMARKS)[number];
