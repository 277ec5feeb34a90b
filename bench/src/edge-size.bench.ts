// Measures how many bytes token verification adds to an edge function: bundled, minified, compressed.
import { type BundleSize, bundleSize } from './bundle-size.ts';
import { type Composition, compositionOf } from './edge-parts.ts';
import { atMost, formatNumber } from './limits.ts';
import { reportSection } from './section.ts';

interface Entry {
  readonly name: string;
  readonly code: string;
  /** The features that the size includes. */
  readonly includes: string;
}

const tokens = {
  name: '@torii/core, `createTokenVerifier`',
  code: "export { createTokenVerifier } from '@torii/core';",
  includes:
    'fetches, refreshes and rotates keys, and keeps them during an outage; caches verified tokens; typed refusals',
};
const requests = {
  name: '@torii/core, `createVerifier`',
  code: "export { createVerifier } from '@torii/core';",
  includes: 'the same, and requests: header, cookie, public paths, checks, responses',
};
const entries: readonly Entry[] = [
  tokens,
  requests,
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
const [ofTokens, ofRequests] = [await compositionOf(tokens.code), await compositionOf(requests.code)];
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
    {
      title: 'What the bytes are for',
      note: 'How much smaller each bundle is without the messages, or without the code of a part.',
      columns: ['', '`createTokenVerifier`', '`createVerifier`'],
      rows: ofTokens.saved.map(([part, bytes], row) => [
        part,
        kilobytes(bytes),
        kilobytes(ofRequests.saved[row]?.[1] ?? 0),
      ]),
    },
  ],
  limits: [
    atMost(
      'Bytes to verify a token at the edge, keys and cache included',
      6.8,
      'kB gzip',
      ofTokens.whole / 1000,
      reasonFor(ofTokens),
    ),
    atMost(
      'Bytes to authenticate a request at the edge, keys and cache included',
      9.5,
      'kB gzip',
      ofRequests.whole / 1000,
      reasonFor(ofRequests),
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

function reasonFor({ withoutMessages, withoutParts, withoutBoth }: Composition): string {
  return [
    `With every message emptied, ${kilobytes(withoutMessages)} would remain. Without all the parts in the table, ${kilobytes(withoutParts)}, and without the messages too, ${kilobytes(withoutBoth)}.`,
    'Each part is a check, a promise or a message, so none is left out.',
    'Functions with local state instead of classes with private fields, and tables instead of repeated calls, were tried: they have fewer characters, but do not compress to fewer bytes, because gzip stores a repetition in two or three bytes.',
  ].join(' ');
}

function kilobytes(bytes: number): string {
  return `${formatNumber(bytes / 1000)} kB`;
}
