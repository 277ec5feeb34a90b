import { Hono } from 'hono';
import type { SigningKeys } from './signing-keys.ts';

/** Where Torii's verifiers look for the key set of an issuer. */
export const jwksPath = '/_torii/.well-known/jwks.json';
/** Where OpenID Connect puts an issuer's description of itself. */
const discoveryPath = '/.well-known/openid-configuration';

/** As long as Torii's verifiers keep a key set. */
const publicForFiveMinutes = { 'cache-control': 'public, max-age=300' };

interface Issuer {
  readonly issuer: string;
  readonly keys: Pick<SigningKeys, 'published'>;
}

/** The public documents of an issuer: its keys, and where they are. */
export function issuerRoutes({ issuer, keys }: Issuer): Hono {
  return new Hono()
    .get(jwksPath, (c) => c.json({ keys: keys.published.map(({ publicJwk }) => publicJwk) }, 200, publicForFiveMinutes))
    .get(discoveryPath, (c) =>
      c.json(
        {
          issuer,
          jwks_uri: issuer + jwksPath,
          id_token_signing_alg_values_supported: ['ES256'],
          subject_types_supported: ['public'],
        },
        200,
        publicForFiveMinutes,
      ),
    );
}
