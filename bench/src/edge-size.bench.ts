// Measures how many bytes token verification adds to an edge function: bundled, minified, compressed.
import { type BundleSize, bundleSize } from './bundle-size.ts';
import { atMost, formatNumber } from './limits.ts';
import { reportSection } from './section.ts';

interface Entry {
  readonly name: string;
  readonly code: string;
  /** The features that the size includes. */
  readonly includes: string;
}

const smallest = '@torii/core, `createTokenVerifier`';
const entries: readonly Entry[] = [
  {
    name: smallest,
    code: "export { createTokenVerifier } from '@torii/core';",
    includes:
      'fetches, refreshes and rotates keys, and keeps them during an outage; caches verified tokens; typed refusals',
  },
  {
    name: '@torii/core, `createVerifier`',
    code: "export { createVerifier } from '@torii/core';",
    includes: 'the same, and requests: header, cookie, public paths, checks, responses',
  },
  {
    name: 'jose, `jwtVerify` and `createRemoteJWKSet`',
    code: "export { createRemoteJWKSet, jwtVerify } from 'jose';",
    includes: 'fetches and keeps keys; every algorithm; no token cache',
  },
  {
    name: 'hono, `verifyWithJwks`',
    code: "export { verifyWithJwks } from 'hono/jwt';",
    includes: 'fetches keys for each token; no cache',
  },
  {
    name: 'aws-jwt-verify, `JwtVerifier`',
    code: "export { JwtVerifier } from 'aws-jwt-verify';",
    includes: 'fetches and keeps keys; no token cache',
  },
  {
    name: '@clerk/backend/jwt, `verifyJwt`',
    code: "export { verifyJwt } from '@clerk/backend/jwt';",
    includes: 'the key is passed in; no cache',
  },
];

const sizes = new Map<string, BundleSize>();
for (const { name, code } of entries) sizes.set(name, await bundleSize(code));
reportSection({
  title: 'Bytes at the edge',
  text: [
    'Bundled by esbuild for workerd (conditions `workerd`, `worker`, `browser`), minified, gzip at level 9. A kB is 1,000 bytes.',
  ],
  tables: [
    {
      title: 'Bytes at the edge',
      columns: ['', 'minified', 'gzip', 'includes'],
      rows: entries.map(({ name, includes }) => {
        const { minified = 0, packed = 0 } = sizes.get(name) ?? {};
        return [name, kilobytes(minified), kilobytes(packed), includes];
      }),
    },
  ],
  limits: [
    atMost(
      'Bytes to verify a token at the edge, keys and cache included',
      3,
      'kB gzip',
      (sizes.get(smallest)?.packed ?? 0) / 1000,
      'Two kilobytes check options and contain messages that say what to write. One kilobyte fetches, limits and keeps keys during floods, outages and canceled requests. None of that is left out at the edge.',
    ),
  ],
  charts: [
    {
      title: 'Bytes at the edge, gzip',
      unit: 'kB',
      better: 'less',
      bars: entries.map(({ name }) => ({
        name: name.replaceAll('`', ''),
        value: (sizes.get(name)?.packed ?? 0) / 1000,
        kind: name.startsWith('@torii') ? 'ours' : 'peer',
      })),
    },
  ],
});

function kilobytes(bytes: number): string {
  return `${formatNumber(bytes / 1000)} kB`;
}
