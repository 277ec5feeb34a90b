import type { Feature } from '../src/features.ts';

/** What the server of foreign-server.mjs lacks. */
export const lacking: readonly Feature[] = [
  'checks',
  'rewrites',
  'headers',
  'cookie',
  'bareToken',
  'preflight',
  'revocations',
  'webhooks',
  'optional',
];

/** For each hole of foreign-server.mjs, a case that finds it. */
export const findings: Readonly<Record<string, string>> = {
  'accepts unsigned tokens': 'an unsigned token (alg none)',
  'takes the algorithm from the token': 'a token that is signed with the public key without its last line break',
  'does not verify the signature': 'a signature by another key under a known key id',
  'trusts the key in the token': 'a token that contains the key of its signature',
  'does not check the issuer': 'an issuer that starts with the configured issuer',
  'checks only how the issuer starts': 'an issuer that starts with the configured issuer',
  'trusts the issuer of the token for its keys': 'a token of another issuer',
  'does not check exp': 'an expired token',
  'accepts a token for ten minutes after exp': 'an expired token',
  'does not check nbf and iat': 'a token that was issued in the future',
  'does not check the audience': 'a token with an audience, although none is configured',
  'needs no sub': 'a token without sub',
  'reads the first Authorization header': 'two Authorization headers, the valid one first',
  'reads the query string': 'a token in the query string',
  'takes a public path as a prefix': 'a path that only resembles a public path: /healthy',
  'decodes the path before it compares it': 'a path that only resembles a public path: /%68ealth',
  'takes the path from X-Original-URL': 'a public path in the header X-Original-URL',
  'checks only GET and POST': 'DELETE without a token',
  'ends if a path cannot be decoded': 'a path that only resembles a public path: /docs/%zz',
  'lets callers in while the keys are unavailable': 'unavailable keys',
  'runs the handler before it decides': 'no token',
};
