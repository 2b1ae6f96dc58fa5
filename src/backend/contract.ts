import type { Precision } from '../data/array.js';
import type { NativeLibrary } from '../platform/native-library.js';
import type { Programme } from '../vocabulary/steps.js';
import type { Availability } from './device.js';
import type { NetworkJob, NetworkSizes, NetworkTask } from './network.js';
import type { ImageTask, RowTask, TaskKind } from './tasks.js';
import type { KernelJob } from './tile.js';

/** How a job is to be run. */
export interface JobOptions {
  readonly threads: number;
  /** Largest tile that will be asked for, `[rows, columns]`. */
  readonly tile: readonly [number, number];
  /** BLAS that computes the inner products; null or absent: the backend itself. */
  readonly native?: NativeLibrary | null;
}

/** What the memory of a job depends on before there is a task, whatever its kind. */
interface JobShape {
  readonly precision: Precision;
  readonly outputs: number;
  /** Side of a tile. */
  readonly size: number;
  readonly threads: number;
}

/** What the memory of a job on vectors depends on. */
export interface RowJobShape extends JobShape {
  /** Steps of the programme. */
  readonly steps: number;
  /** Columns of factors that its body reads. */
  readonly columnCount: number;
  readonly table: boolean;
  /** Whether a BLAS computes the inner products. */
  readonly native: boolean;
}

/** What the memory of a job on images depends on. */
export interface ImageJobShape extends JobShape {
  readonly programme: Programme;
  /** Images of x, and of z beside them (0 for a symmetric kernel). */
  readonly counts: readonly [number, number];
}

/** What the time of an entry of a kernel of vectors depends on. */
export interface RowWork {
  readonly precision: Precision;
  readonly features: number;
  /** Steps that are run for an entry. */
  readonly steps: number;
  /** Whether a BLAS computes the inner products. */
  readonly native: boolean;
}

/** What the time of an entry of a kernel of images depends on. */
export interface ImageWork {
  readonly precision: Precision;
  readonly programme: Programme;
}

/** What is known of a job before its data are read. */
export interface ExpectedSize {
  readonly rows: number;
  readonly columns: number;
  readonly features: number;
  readonly threads: number;
}

/** What a backend has for one kind of tasks that are computed tile by tile. */
export interface TiledDoor<Task, Shape, Work> {
  /** Sizes of tiles that suit the device, largest first. */
  readonly tileSizes: readonly number[];
  /** Bytes that a job needs beside its inputs. */
  memory(shape: Shape): number;
  /** Rough seconds that one thread, or the device, takes for one entry, for plans. */
  pace(work: Work): number;
  open(task: Task, options: JobOptions): Promise<KernelJob>;
  /** Told of a job before its data are read: what takes a while to start may be started. Nothing must rest on it. */
  expect?(size: ExpectedSize): void;
  /** The programme text that the device will run for a task, where it is made anew for each. */
  shader?(task: Task): Promise<string>;
}

/** Kernels of vectors. */
export type RowDoor = TiledDoor<RowTask, RowJobShape, RowWork>;

/** Kernels of images. */
export type ImageDoor = TiledDoor<ImageTask, ImageJobShape, ImageWork>;

/** Empirical kernels of finite networks, whose blocks of examples are no tiles. */
export interface NetworkDoor {
  /** Bytes that a network takes, its weights included. */
  memory(sizes: NetworkSizes): number;
  /** Rough multiply-adds of a matrix product per second, for plans. */
  pace(precision: Precision): number;
  open(task: NetworkTask): Promise<NetworkJob>;
}

/** The doors of a backend: what it has for each kind of task. One for vectors has every backend. */
export interface BackendTasks {
  readonly rows: RowDoor;
  readonly images?: ImageDoor;
  readonly network?: NetworkDoor;
}

/** What a backend compiles for a job, and keeps for the next. */
export interface Compiling {
  /** Whether what computes such work was compiled here before. */
  has(work: string): Promise<boolean>;
  /** Says that it was. */
  keep(work: string): Promise<void>;
}

/** What a layer of a network of images costs at least. */
export interface LayerSpeed {
  /** Of one pixel and pair: relu, a window of 3 x 3, NNGP and NTK, on numbers in the first-level cache. */
  readonly nanoseconds: number;
  /** Pairs that a vector holds. */
  readonly lanes: number;
}

/** A device that computes kernels. */
export interface Backend {
  readonly name: string;
  readonly precisions: readonly Precision[];
  /** Looks for the device; must not throw. */
  probe(): Promise<Availability>;
  /** Measures the matrix product for some tenths of a second: GFLOP/s in each precision. */
  speed?(): Promise<Partial<Record<Precision, number>>>;
  /** Measures the arithmetic of a layer of images on the calling thread, for less than a tenth of a second. */
  layerSpeed?(precision: Precision): Promise<LayerSpeed>;
  /**
   * Whether tiles are spread over threads of the processor: then each should have some; a device takes them one by one.
   */
  readonly usesThreads: boolean;
  /** Whether it leaves inner products to a BLAS library where there is one. */
  readonly usesNative: boolean;
  /** Where it compiles what a job runs. */
  readonly compiling?: Compiling;
  readonly tasks: BackendTasks;
}

/** What a backend has for a kind of task, where it has it. */
export type DoorOf<K extends TaskKind> = NonNullable<BackendTasks[K]>;
