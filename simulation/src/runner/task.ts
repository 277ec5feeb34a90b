import type { Violation } from '../world/world.ts';

/** A bundle of the product, ready to be loaded in a worker. */
export interface Build {
  /** Unique in a run of the command. */
  readonly id: string;
  readonly text: string;
  readonly ambient: boolean;
}

/** `check`: runs the plan of a seed. `shrink`: looks for a shorter plan that violates the same statement. */
export interface Task {
  readonly kind: 'check' | 'shrink';
  readonly scenario: string;
  readonly seed: number;
  readonly build: Build;
}

/** What a worker gets: the text of a build is sent to it once. */
export interface Message extends Omit<Task, 'build'> {
  readonly build: Omit<Build, 'text'> & { readonly text: string | undefined };
}

export interface Checked {
  readonly violation: Violation | undefined;
  readonly processHours: number;
  /** How long the episode has kept its thread busy, in real time. */
  readonly tookMs: number;
  readonly lines: number;
  /** The trace in UTF-8, each line with its end. */
  readonly trace: Uint8Array<ArrayBuffer>;
}

export interface Shrunk {
  readonly violation: Violation;
  readonly plan: unknown;
  readonly trace: readonly string[];
  /** How many plans were tried. */
  readonly tried: number;
}

/** What a worker sends: steps of progress, then one result. */
export type Reply =
  | { readonly kind: 'progress'; readonly tried: number }
  | { readonly kind: 'checked'; readonly checked: Checked }
  | { readonly kind: 'shrunk'; readonly shrunk: Shrunk };
