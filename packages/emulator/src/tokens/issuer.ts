import { Hono } from 'hono';
import type { SigningKeys } from './signing-keys.ts';

/** The path of the key set below the issuer URL. Verifiers of @torii/core use it. */
export const jwksPath = '/_torii/.well-known/jwks.json';
/** The path of the issuer's metadata (OpenID Connect Discovery 1.0 section 4). */
const discoveryPath = '/.well-known/openid-configuration';

/** The paths that verifiers request to get the keys. */
export const issuerPaths: readonly string[] = [jwksPath, discoveryPath];

/** Five minutes, because verifiers of @torii/core also cache a key set for five minutes. */
const publicForFiveMinutes = { 'cache-control': 'public, max-age=300' };

interface Issuer {
  readonly issuer: string;
  readonly keys: Pick<SigningKeys, 'published'>;
}

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
