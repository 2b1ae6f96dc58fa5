/** The device behind a backend. */
export interface DeviceFacts {
  /** Name as its driver gives it. */
  readonly name: string;
  /** Driver or interface, with its version where it is told. */
  readonly driver?: string;
  /** Memory of the device in bytes, where it is told. */
  readonly memoryBytes?: number;
  /** Whether a processor plays the device: right, but slow, and never taken by `auto`. */
  readonly software: boolean;
  /** Limits that decide the sizes of tiles, in bytes or counts. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Optional features that the device has, by the names of its interface. */
  readonly features?: readonly string[];
}

/** What a backend is and whether it is there. */
export interface Availability {
  /** Whether it can be used here. */
  readonly available: boolean;
  /** Why it cannot. */
  readonly reason?: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** Version or device. */
  readonly version?: string;
  /** What else is worth knowing. */
  readonly note?: string;
  /** The accelerator, where there is one beside the processor. */
  readonly device?: DeviceFacts;
}
