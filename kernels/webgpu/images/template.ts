import { NumericalError } from '../../../src/errors.js';
import { literal } from '../formulas/functions.js';

/** Brackets of the parts of a line that may differ from layer to layer. */
const [OPEN, CLOSE] = ['\u27e8', '\u27e9'];
const PART = /\u27e8([nvc])([^\u27e9]*)\u27e9/g;

/** A number of a line, such as a weight. */
export function numberPart(value: number): string {
  if (Math.abs(value) <= 2 ** 127) return `${OPEN}n${value}${CLOSE}`;
  throw new NumericalError(
    '--backend webgpu: factors between the layers of a kernel must be numbers that f32 holds, got ' +
      `${value.toExponential(1)}. Scale the inputs (--scale unit-pixels), or use --precision f64 --backend host.`,
  );
}
/** A place in the block of an image, which grows with the layers. */
export const placePart = (at: number): string => `${OPEN}c${at}${CLOSE}`;
/** The index of a value in a name. */
export const namePart = (value: number): string => `${OPEN}v${value}${CLOSE}`;

const TIMES_ONE = /(^|[^\d.])1\.0 \* /g;

/** Lines of a phase, with parts. */
export type Template = readonly string[];

interface Part {
  readonly kind: string;
  readonly text: string;
}

function partsOf(template: Template): Part[] {
  return [...template.join('\n').matchAll(PART)].map(([, kind, text]) => ({ kind, text }));
}

/** What two phases must share to be rounds of one loop: all but their parts, and which names are the same. */
function skeleton(template: Template): string {
  const names = new Map<string, number>();
  return template.join('\n').replace(PART, (_, kind: string, text: string) => {
    if (kind !== 'v') return kind;
    const index = names.get(text) ?? names.size;
    names.set(text, index);
    return `v${index}`;
  });
}

/** Phases that are printed once, or as the rounds of a loop. */
interface Piece {
  readonly start: number;
  readonly period: number;
  readonly rounds: number;
}

/** Rounds below which a loop is not worth its reading. */
const FEWEST = 4;
const LONGEST = 12;

/** Prints phases, equal ones as loops over rounds; numbers that differ between the rounds are read from `constants`. */
export class TemplatePrinter {
  /** What the shader reads as `constants`. */
  readonly constants: number[] = [];

  print(phases: readonly Template[]): string[] {
    const skeletons = phases.map(skeleton);
    const lines: string[] = [];
    for (let at = 0; at < phases.length; ) {
      const piece = this.#longest(phases, skeletons, at);
      lines.push(...this.#piece(phases, piece));
      at += piece.period * piece.rounds;
    }
    return lines;
  }

  #longest(phases: readonly Template[], skeletons: readonly string[], start: number): Piece {
    for (let period = 1; period <= LONGEST; period++) {
      let rounds = 1;
      while (this.#isRound(phases, skeletons, { start, period, rounds })) rounds += 1;
      if (rounds >= FEWEST) return { start, period, rounds };
    }
    return { start, period: 1, rounds: 1 };
  }

  /** Whether the round behind `rounds` others has their form, and places that go on as theirs do. */
  #isRound(phases: readonly Template[], skeletons: readonly string[], { start, period, rounds }: Piece): boolean {
    for (let k = start; k < start + period; k++) {
      const at = k + period * rounds;
      if (at >= phases.length || skeletons[at] !== skeletons[k]) return false;
      const [first, second, now] = [k, k + period, at].map((j) => partsOf(phases[j]));
      for (const [j, { kind, text }] of first.entries()) {
        const step = Number(second[j].text) - Number(text);
        if (kind === 'c' && Number(now[j].text) !== Number(text) + step * rounds) return false;
      }
    }
    return true;
  }

  #piece(phases: readonly Template[], { start, period, rounds }: Piece): string[] {
    if (rounds === 1) return phases[start].map((line) => this.#filled(line, []));
    const body: string[] = [];
    for (let k = start; k < start + period; k++) {
      const later = Array.from({ length: rounds }, (_, r) => partsOf(phases[k + r * period]));
      let next = 0;
      for (const line of phases[k]) {
        const count = [...line.matchAll(PART)].length;
        const columns = Array.from({ length: count }, (_, j) => later.map((parts) => parts[next + j].text));
        body.push(`  ${this.#filled(line, columns)}`);
        next += count;
      }
    }
    return [`  for (var round = 0u; round < ${rounds}u; round++) {`, ...body, '  }'];
  }

  /** A line with its parts; `columns` are the texts of each part in every round of a loop. */
  #filled(line: string, columns: readonly (readonly string[])[]): string {
    let next = 0;
    const text = line.replace(PART, (_, kind: string, text: string) => {
      const rounds = columns[next] ?? [text];
      next += 1;
      const differs = rounds.some((t) => t !== text);
      if (kind === 'v') return text;
      if (kind === 'c') return differs ? `(${text}u + ${Number(rounds[1]) - Number(text)}u * round)` : `${text}u`;
      return differs ? `constants[${this.#numbers(rounds)}u + round]` : literal(Number(text));
    });
    return text.replace(TIMES_ONE, '$1');
  }

  #numbers(rounds: readonly string[]): number {
    const at = this.constants.length;
    this.constants.push(...rounds.map(Number));
    return at;
  }
}
