import type * as Bearer from 'express-oauth2-jwt-bearer';

type NamesOf<T> = T extends unknown ? keyof T : never;
type OptionName =
  | keyof Bearer.AuthOptions
  | `cache.${keyof NonNullable<Bearer.AuthOptions['cache']>}`
  | `dpop.${keyof Bearer.DPoPOptions}`
  | `mtls.${keyof Bearer.MtlsOptions}`
  | `mcd.${keyof Bearer.MCDOptions}`
  | `mcd.issuers[].${NamesOf<Bearer.IssuerConfig>}`;

/** Every option of the package. A new option of theirs does not compile until it is added here, and to the page. */
export const options = {
  'express-oauth2-jwt-bearer': {
    issuerBaseURL: true,
    audience: true,
    issuer: true,
    jwksUri: true,
    agent: true,
    cooldownDuration: true,
    timeoutDuration: true,
    cacheMaxAge: true,
    cache: true,
    'cache.discovery': true,
    'cache.jwks': true,
    validators: true,
    clockTolerance: true,
    maxTokenAge: true,
    strict: true,
    secret: true,
    publicKey: true,
    tokenSigningAlg: true,
    mcd: true,
    'mcd.issuers': true,
    'mcd.issuers[].issuer': true,
    'mcd.issuers[].alg': true,
    'mcd.issuers[].jwksUri': true,
    'mcd.issuers[].publicKey': true,
    'mcd.issuers[].secret': true,
    authRequired: true,
    dpop: true,
    'dpop.enabled': true,
    'dpop.required': true,
    'dpop.iatOffset': true,
    'dpop.iatLeeway': true,
    mtls: true,
    'mtls.enabled': true,
    'mtls.required': true,
    getCertificate: true,
  } satisfies Record<OptionName, true>,
};

/** Every value that the package exports. */
export const names = {
  auth: true,
  claimCheck: true,
  claimEquals: true,
  claimIncludes: true,
  requiredScopes: true,
  scopeIncludesAny: true,
  UnauthorizedError: true,
  InvalidRequestError: true,
  InvalidTokenError: true,
  InsufficientScopeError: true,
} satisfies Record<Exclude<keyof typeof Bearer, 'default'>, true>;
