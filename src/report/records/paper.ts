import { z } from 'zod';
import { commonOf, type Described, numbers, pair } from './common.js';

const point = z.object({ x: z.number(), y: z.number(), open: z.boolean().optional() });

const axis = z.object({
  label: z.string(),
  scale: z.enum(['linear', 'log']),
  whole: z.boolean().optional(),
  domain: pair.optional(),
});

const curve = z.object({
  name: z.string(),
  family: z.string().optional(),
  form: z.enum(['line', 'marks', 'both', 'prediction']).optional(),
  of: z.string().optional(),
  points: z.array(point),
});

const curves = z.object({
  form: z.literal('curves'),
  title: z.string(),
  x: axis,
  y: axis,
  curves: z.array(curve),
  caption: z.string(),
});

const field = z.object({
  name: z.string(),
  shape: numbers,
  at: numbers,
  circular: z.array(z.boolean()),
  field: numbers,
  spread: numbers,
  peak: z.number(),
  derivative: z.enum(['exact', 'leading']),
});

const fields = z.object({ form: z.literal('fields'), title: z.string(), fields: z.array(field), caption: z.string() });

/** A number against what it had to be. */
const check = z.object({
  what: z.string(),
  asked: z.string(),
  measured: z.string(),
  value: z.number().optional(),
  passed: z.boolean(),
  beside: z.boolean().optional(),
});

/** A claim with its verdict. */
export const paperClaim = z.object({
  id: z.number().describe('its number in the list of claims, as `--claims` takes it'),
  claim: z.string().describe('the statement, in our words'),
  criterion: z.string().describe('when it counts as true, fixed before the measurement'),
  measured: z.string().describe('what came out, in a sentence'),
  verdict: z
    .enum(['holds', 'fails', 'in part'])
    .describe('`holds`: all checks passed; `fails`: none of those that decide; else `in part`'),
  why: z.string().describe('why it comes out so, and where our reading differs'),
  range: z.string().describe('the range in which it was seen'),
  look: z.string().describe('what a reader should look at'),
  checks: z
    .array(check)
    .describe(
      'numbers against what they had to be: `what`, `asked`, `measured`, `passed`; `beside`: shows where the claim ' +
        'ends, and alone does not refute it',
    ),
  figures: z
    .array(z.union([curves, fields]))
    .describe('what the page draws: `curves` on two axes, or receptive `fields`'),
  seconds: z.number().describe('wall time of its measurement'),
  warnings: z.array(z.string()).describe('what a reader should know although it is no error'),
});

/** Claims of a paper as measured verdicts. */
const result = {
  paper: z
    .object({
      name: z.string(),
      title: z.string(),
      authors: z.string(),
      year: z.number(),
      arxiv: z.string(),
      reading: z.string(),
    })
    .describe('the paper: `name`, `title`, `authors`, `year`, number on `arxiv`, and how far it was read (`reading`)'),
  size: z.enum(['quick', 'full']).describe('`--size`'),
  seed: z.number().describe('`--seed`, of random inputs and networks'),
  algebra: z.string().describe('as in `eigs`'),
  data: z.string().describe('the examples of claims about data'),
  out: z.string().describe('the folder as given'),
  claims: z.array(paperClaim).describe('one object for each claim'),
};

/** Record of `ntk paper`, `paper.json`. */
export const paperRecord = z.object({ ...commonOf('paper'), ...result });

/** Record of `ntk paper`, `paper.json`. */
export type PaperRecord = Described<typeof paperRecord>;

/** A claim with its verdict, as a record holds it. */
export type PaperClaim = Described<typeof paperClaim>;

const alone = z.object(result);

/** What of a record its page shows. */
export type PaperResult = Described<typeof alone>;
