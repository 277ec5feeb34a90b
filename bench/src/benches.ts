/** The benchmarks, in the order of the page. Each is a file `NAME.bench.ts`. */
export const benches: readonly Bench[] = [
  { name: 'verify' },
  // Chosen as an edge runtime would choose it, on this Node.
  { name: 'webcrypto', conditions: ['edge-light'] },
  { name: 'requests' },
  { name: 'memory' },
  { name: 'startup' },
  { name: 'edge-size' },
  { name: 'next' },
  { name: 'authz' },
  { name: 'streams' },
  { name: 'api-size' },
  { name: 'api-walk' },
  { name: 'emulator' },
];

export interface Bench {
  readonly name: string;
  /** Conditions by which imports are resolved, besides `@torii/source`. */
  readonly conditions?: readonly string[];
}
