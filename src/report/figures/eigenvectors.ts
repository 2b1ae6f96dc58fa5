import { dirname, join } from 'node:path';
import { type Input, readInput } from '../../data/input.js';
import { DataError, isNtkError, UsageError } from '../../errors.js';
import type { Chart, Guide, Point, Series } from '../charts/chart.js';
import { columnsTable } from './columns.js';
import { DEFAULT_VECTORS } from './defaults.js';
import type { EigsData } from './eigs.js';
import type { Figure, FigureOptions, Named } from './figure.js';
import { stylesOf } from './styles.js';

/** Rows up to which a vector over the index is a line; more are points. */
const JOINED_ROWS = 200;
/** Share of the space between two base lines that the largest component takes. */
const REACH = 0.46;
/** Relative spread of the norms of points on a circle. */
const ROUND = 1e-6;

/** What vectors are drawn against: a place for each row, ascending in the order of `rows`. */
interface Places {
  readonly label: string;
  readonly column: string;
  readonly places: readonly number[];
  /** Rows in the order in which they are joined. */
  readonly rows: readonly number[];
  readonly joined: boolean;
  readonly isAngle: boolean;
}

/** The file of vectors: as the record names it, else beside the record. */
async function readVectors(path: string, recordPath: string): Promise<Input> {
  try {
    return await readInput(path, { regular: true });
  } catch (error) {
    if (!isNtkError(error)) throw error;
    return readInput(join(dirname(recordPath), path), { regular: true });
  }
}

/** The rows behind the spectrum, if the file is still there and the same; null otherwise. */
async function rowsOf({ record: { inputs } }: Named<EigsData>): Promise<Input | null> {
  const [input] = inputs;
  const columns = input?.shape?.length === 2 ? input.shape[1] : 0;
  if (columns !== 1 && columns !== 2) return null;
  try {
    const found = await readInput(input.path, { regular: true });
    return found.sha256 === input.sha256 && found.shape.join() === input.shape?.join() ? found : null;
  } catch (error) {
    if (isNtkError(error)) return null;
    throw error;
  }
}

function indexPlaces(n: number): Places {
  const rows = Array.from({ length: n }, (_, i) => i);
  return { label: 'row', column: 'row', places: rows, rows, joined: n <= JOINED_ROWS, isAngle: false };
}

/** Points on a circle lie at their angle, numbers at their value, all others at their index. */
function placesOf(data: Input | null, n: number): Places {
  if (data === null || data.shape[0] !== n) return indexPlaces(n);
  const [, columns] = data.shape;
  const ordered = (places: readonly number[]): Pick<Places, 'places' | 'rows' | 'joined'> => ({
    places,
    rows: places.map((_, i) => i).sort((a, b) => places[a] - places[b]),
    joined: true,
  });
  if (columns === 1) return { label: 'value', column: 'value', isAngle: false, ...ordered([...data.data]) };
  const norms = Array.from({ length: n }, (_, i) => Math.hypot(data.data[2 * i], data.data[2 * i + 1]));
  const [low, high] = [Math.min(...norms), Math.max(...norms)];
  if (high - low > ROUND * high) return indexPlaces(n);
  const angles = norms.map((_, i) => Math.atan2(data.data[2 * i + 1], data.data[2 * i]));
  return { label: 'angle (rad)', column: 'angle', isAngle: true, ...ordered(angles) };
}

function oneSpectrum(records: readonly Named<EigsData>[]): { readonly path: string } {
  const [{ path, record }] = records;
  const count = records.reduce((sum, one) => sum + one.record.rows.length, 0);
  if (count !== 1) {
    throw new UsageError(
      `${path}: --figure vectors must come with one spectrum, got ${count}. Plot the record of one architecture.`,
    );
  }
  if (record.vectors === null || record.vectors === undefined) {
    throw new DataError(
      `${path}: must name a file of eigenvectors, got none. Run ntk eigs with --vectors V.npy, and plot its record.`,
    );
  }
  return { path: record.vectors };
}

/**
 * Vector `j` of `V [n, k]`, its sign such that the largest component is positive: signs of eigenvectors mean nothing.
 */
function column({ data, shape: [n, k] }: Input, j: number): readonly number[] {
  const values = Array.from({ length: n }, (_, i) => data[i * k + j]);
  const largest = values.reduce((a, b) => (Math.abs(b) > Math.abs(a) * (1 + 1e-9) ? b : a), 0);
  return largest < 0 ? values.map((value) => -value) : values;
}

function strips(vectors: readonly (readonly number[])[], { places, rows, joined }: Places, values: readonly number[]) {
  const styles = stylesOf(vectors.map((_, j) => String(j)));
  const [from, to] = [places[rows[0]], places[rows[rows.length - 1]]];
  const series = vectors.map((vector, j): Series => {
    const largest = vector.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
    const points = rows.map((i): Point => ({ x: places[i], y: -j + (REACH * vector[i]) / largest }));
    const note = `eigenvalue ${values[j].toPrecision(4)}, height ${largest.toPrecision(2)}`;
    return {
      name: `eigenvector ${j + 1}`,
      note,
      labelled: true,
      ...styles[j],
      mark: joined ? null : 'circle',
      dash: null,
      joined,
      hollow: false,
      points,
    };
  });
  const guides = vectors.map(
    (_, j): Guide => ({
      name: `zero of eigenvector ${j + 1}`,
      colour: '#8a9199',
      dash: '2 3',
      points: [from, to].map((x) => ({ x, y: -j })),
    }),
  );
  return { series, guides };
}

const ANGLE_TICKS = [
  [-Math.PI, '-π'],
  [-Math.PI / 2, '-π/2'],
  [0, '0'],
  [Math.PI / 2, 'π/2'],
  [Math.PI, 'π'],
] as const;

/**
 * The first eigenvectors, one strip each: against the angle of points on a circle, the value of numbers, else the index
 * of the row.
 *
 * Throws UsageError for several spectra, DataError without the file of vectors.
 */
export async function drawEigenvectors(records: readonly Named<EigsData>[], { count }: FigureOptions): Promise<Figure> {
  const { path } = oneSpectrum(records);
  const [{ record, path: recordPath }] = records;
  const [{ values, n, name }] = record.rows;
  const file = await readVectors(path, recordPath);
  if (file.shape.length !== 2 || file.shape[0] !== n || file.shape[1] !== values.length) {
    throw new DataError(
      `${path}: must be the eigenvectors [${n}, ${values.length}] of ${recordPath}, got ` +
        `[${file.shape.join(', ')}]. Run ntk eigs again.`,
    );
  }
  const shown = Math.min(count ?? DEFAULT_VECTORS, values.length);
  const vectors = Array.from({ length: shown }, (_, j) => column(file, j));
  const places = placesOf(await rowsOf(records[0]), n);
  const { series, guides } = strips(vectors, places, values);
  const ends = [places.places[places.rows[0]], places.places[places.rows[n - 1]]] as const;
  const panel: Chart = {
    form: 'chart',
    x: {
      label: places.label,
      scale: 'linear',
      ...(places.isAngle ? { domain: [-Math.PI, Math.PI], ticks: ANGLE_TICKS } : {}),
    },
    y: {
      label: 'eigenvector, each in its own scale',
      scale: 'linear',
      domain: [0.6 - shown, 0.6],
      ticks: series.map((_, j) => [-j, String(j + 1)] as const),
    },
    series,
    guides,
    bands: [],
    key: [],
  };
  return {
    title: `Eigenvectors of ${name}`,
    panel,
    names: series.map((one) => one.name),
    data: columnsTable(
      places.column,
      vectors.map((vector, j) => ({ title: series[j].name, places: places.places, values: vector })),
    ),
    summary: {
      header: ['vector', 'eigenvalue', 'largest component'],
      rows: series.map((one, j) => ({
        series: one,
        cells: [values[j].toPrecision(6), Math.max(...vectors[j].map(Math.abs)).toPrecision(3)],
      })),
    },
    notes: [
      `Each vector is drawn with its largest component up, from ${ends[0].toPrecision(4)} to ` +
        `${ends[1].toPrecision(4)}; those of one repeated eigenvalue are any basis of their space.`,
    ],
  };
}
