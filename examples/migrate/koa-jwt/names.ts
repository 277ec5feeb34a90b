import type JwksRsa from 'jwks-rsa';
import type jwt from 'koa-jwt';

type NamesOf<T> = T extends unknown ? keyof T : never;

/** Every option of the two packages. A new option of theirs does not compile until it is added here, and to the page. */
export const options = {
  'koa-jwt': {
    secret: true,
    key: true,
    tokenKey: true,
    getToken: true,
    isRevoked: true,
    passthrough: true,
    cookie: true,
    debug: true,
    audience: true,
    issuer: true,
    algorithms: true,
  } satisfies Record<keyof jwt.Options, true>,
  'jwks-rsa': {
    jwksUri: true,
    fetcher: true,
    rateLimit: true,
    cache: true,
    cacheMaxEntries: true,
    cacheMaxAge: true,
    cacheMaxAgeFallback: true,
    onStaleCacheFallback: true,
    jwksRequestsPerMinute: true,
    proxy: true,
    requestHeaders: true,
    timeout: true,
    requestAgent: true,
    getKeysInterceptor: true,
    handleSigningKeyError: true,
  } satisfies Record<NamesOf<JwksRsa.KoaJwtOptions>, true>,
};

/** Every value that the two packages export, except for the function `jwt` itself. */
export const names = {
  JwksClient: true,
  expressJwtSecret: true,
  passportJwtSecret: true,
  hapiJwt2Key: true,
  hapiJwt2KeyAsync: true,
  koaJwtSecret: true,
  ArgumentError: true,
  JwksError: true,
  JwksRateLimitError: true,
  SigningKeyNotFoundError: true,
} satisfies Record<keyof typeof jwt | keyof typeof JwksRsa, true>;
