/** What a document may quote of the output of a command: a table by command, each line a name, a value and its unit. */

const number = (name, value, unit = '') => (Number.isFinite(value) ? [{ name, value, unit }] : []);

/** Every record: the whole, its stages, its peak of memory. */
function common({ seconds, stages, peakMemoryBytes }) {
  return [
    ...number('whole command', seconds, 's'),
    ...Object.entries(stages ?? {}).flatMap(([stage, value]) => number(stage, value, 's')),
    ...number('peak memory', peakMemoryBytes, 'bytes'),
  ];
}

function compare({ widths, slope, slopeInterval, errors, meanKernel, parameters, recomputed }) {
  return [
    ...number('slope', slope),
    ...number('slope, 95 % from', slopeInterval?.[0]),
    ...number('slope, 95 % to', slopeInterval?.[1]),
    ...widths.flatMap((width, i) => [
      ...number(`width ${width}, error of one network`, 100 * errors[i], '%'),
      ...number(`width ${width}, error of the mean kernel`, 100 * meanKernel.errors[i], '%'),
      ...number(`width ${width}, what chance gives the mean kernel`, 100 * meanKernel.expected?.[i], '%'),
      ...number(`width ${width}, parameters`, parameters[i]),
    ]),
    ...number('difference of recomputed entries', recomputed?.difference),
  ];
}

const kernel = ({ recomputed, plan, shape }) => [
  ...number('rows', shape?.[0]),
  ...number('size of the result', plan?.outputBytes, 'bytes'),
  ...number('difference of recomputed entries', recomputed?.difference),
];

const lines = (output) => output.lines.map(({ name, value, unit }) => ({ name, value, unit }));

/** The fuzzers' last lines: `seed S, cases A to B: N wrong, M refused`, `seed S, files A to B of each kind: N wrong, P MiB at the peak`. */
function text({ text: said }) {
  return said.flatMap((line) => {
    const [, from, to, rest] = /seed \d+, (?:cases|files) (\d+) to (\d+)[^:]*: (.*)$/.exec(line) ?? [];
    if (rest === undefined) return [];
    const counts = [...rest.matchAll(/(\d+) (wrong|refused)/g)].flatMap(([, count, what]) =>
      number(what, Number(count)),
    );
    const [, peak] = /(\d+) MiB at the peak/.exec(rest) ?? [];
    return [
      ...number('cases', to - from),
      ...counts,
      ...number('peak memory', 2 ** 20 * (peak ?? Number.NaN), 'bytes'),
    ];
  });
}

/** Checks of each claim that passed, of how many. */
const paper = ({ claims }) =>
  claims.flatMap(({ id, checks }) => [
    ...number(`claim ${id}, checks passed`, checks.filter(({ passed }) => passed).length),
    ...number(`claim ${id}, checks`, checks.length),
  ]);

const BY_COMMAND = {
  paper,
  bench: lines,
  compare,
  kernel,
  eigs: kernel,
  beside: lines,
  nodes: lines,
  cifar10: lines,
  text,
};

/** Figures of the output of `ntk COMMAND --json`, or of a script whose output names itself in `command`. */
export function figuresOf(output) {
  const own = BY_COMMAND[output.command]?.(output) ?? [];
  return (output.lines === undefined ? [...own, ...common(output)] : own).filter(({ value }) => value !== null);
}
