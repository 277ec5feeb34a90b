/** The options that say how long tokens of a stream live. */
export interface Lifetimes {
  readonly maxTtlSeconds: number;
  readonly drainTtlSeconds: number;
}
