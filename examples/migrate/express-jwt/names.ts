import type * as ExpressJwt from 'express-jwt';
import type JwksRsa from 'jwks-rsa';

type NamesOf<T> = T extends unknown ? keyof T : never;

/** Every option of the two packages. A new option of theirs does not compile until it is added here, and to the page. */
export const options = {
  'express-jwt': {
    secret: true,
    getToken: true,
    isRevoked: true,
    credentialsRequired: true,
    requestProperty: true,
    algorithms: true,
    onExpired: true,
    audience: true,
    clockTimestamp: true,
    clockTolerance: true,
    complete: true,
    issuer: true,
    ignoreExpiration: true,
    ignoreNotBefore: true,
    jwtid: true,
    nonce: true,
    subject: true,
    maxAge: true,
    allowInvalidAsymmetricKeyTypes: true,
  } satisfies Record<keyof ExpressJwt.Params, true>,
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
  } satisfies Record<NamesOf<JwksRsa.ExpressJwtOptions>, true>,
};

/** Every value that the two packages export. */
export const names = {
  expressjwt: true,
  UnauthorizedError: true,
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
} satisfies Record<Exclude<keyof typeof ExpressJwt | keyof typeof JwksRsa, 'default'>, true>;
