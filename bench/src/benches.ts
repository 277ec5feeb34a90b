/** The benchmarks, in the order of the page. Each is a file `NAME.bench.ts`. */
export const benches: readonly Bench[] = [
  { name: 'verify' },
  // Runs the build for edge runtimes on Node.
  { name: 'webcrypto', conditions: ['edge-light'] },
  { name: 'node-versions' },
  { name: 'requests' },
  { name: 'memory' },
  { name: 'revocation' },
  { name: 'startup' },
  { name: 'edge-size' },
  { name: 'next' },
  { name: 'authz' },
  { name: 'growth' },
  { name: 'streams' },
  { name: 'api-size' },
  { name: 'api-walk' },
  { name: 'emulator' },
  { name: 'start' },
];

export interface Bench {
  readonly name: string;
  /** Export conditions for resolving imports, in addition to `@torii/source`. */
  readonly conditions?: readonly string[];
}
