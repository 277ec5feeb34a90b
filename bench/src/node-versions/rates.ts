/** Tokens per second of each contender, for a known token and for new tokens. */
export interface Rates {
  readonly known: Record<string, number>;
  readonly cold: Record<string, number>;
}
