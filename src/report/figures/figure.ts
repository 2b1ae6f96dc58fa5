import type { Column } from '../../data/index.js';
import type { Chart, Series } from '../charts/chart.js';
import type { HeatMap } from '../charts/heat-map.js';
import type { InputRecord } from '../records/common.js';

/** A row of the table below a figure: a curve with its key numbers. */
export interface SummaryRow {
  /** The curve, for its colour and dashes; null for a row of text. */
  readonly series: Series | null;
  readonly cells: readonly string[];
}

/** A figure before it has a format. */
export interface Figure {
  readonly title: string;
  readonly panel: Chart | HeatMap;
  /** What it shows, in a sentence for readers who cannot see it [the title alone]. */
  readonly alternative?: string;
  /** Names of what is shown. */
  readonly names: readonly string[];
  /** The plotted numbers: cells of a csv; null is an empty one. */
  readonly data: readonly (readonly (string | number | null)[])[];
  readonly summary: { readonly header: readonly string[]; readonly rows: readonly SummaryRow[] };
  /** Sentences that explain what is shown. */
  readonly notes: readonly string[];
}

/** What a user may choose about a figure; each kind says which of it means something to it. */
export interface FigureOptions {
  /** Which of the kind's figures. */
  readonly view: string;
  /** Field on the horizontal axis. */
  readonly x?: string | undefined;
  /** How many eigenvectors. */
  readonly count?: number | undefined;
  /** File of labels by which rows are sorted. */
  readonly labels?: string | undefined;
  /** Column of that file, by name or zero-based index. */
  readonly labelColumn?: readonly Column[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options that some kinds take. */
export type FigureChoice = 'x' | 'count' | 'labels' | 'labelColumn';

/** A record as it was read from a file. */
export interface RecordFile {
  readonly path: string;
  /** File name without folder and ending. */
  readonly name: string;
  readonly parsed: object;
  readonly input: InputRecord;
}

/** A record that was checked, with the name of its file. */
export interface Named<R> {
  readonly path: string;
  readonly name: string;
  readonly record: R;
}

/** How records of one command are drawn; `src/report/figures/` holds one a file. */
export interface FigureKind {
  /** Figures that it can draw, the usual one first. */
  readonly views: readonly string[];
  readonly choices: readonly FigureChoice[];
  /** Checks the records and draws them in one figure; throws DataError or UsageError where they do not allow it. */
  draw(files: readonly RecordFile[], options: FigureOptions): Promise<Figure>;
}
