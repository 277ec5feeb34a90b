import type { Claims } from '../auth.ts';
import type { InitialKeys } from '../keys/initial-key-set.ts';
import type { JSONWebKeySet, JWK } from '../keys/jwks.ts';
import type { KeyCaller } from '../keys/remote-key-set.ts';
import { type AudienceOptions, readAudienceRules } from '../options/audience-options.ts';
import { requestHints } from '../options/hints.ts';
import {
  assertClaimNames,
  listTexts,
  type Options,
  readKnownOptions,
  readNumber,
  readText,
  readTexts,
  wrongOption,
} from '../options/reader.ts';
import {
  type RequestOptions,
  type RequestSettings,
  readRequestOptions,
  requestOptionNames,
} from '../options/request-options.ts';
import { readKeyCaller } from '../options/verify-options.ts';
import type { Fetch } from '../platform.ts';
import type { JwtClaimRules } from './claims.ts';
import { type JwtKeySource, readSource } from './key-options.ts';

const symmetric = ['HS256', 'HS384', 'HS512'] as const;
const rsa = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;
const others = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;

/** A signature algorithm (RFC 7518 3.1, RFC 8037, RFC 9864). `none` is not supported. */
export type JwtAlgorithm = (typeof symmetric)[number] | (typeof rsa)[number] | (typeof others)[number];

/** The names of claims that differ between issuers. */
export interface JwtClaimNames {
  /**
   * The name of the claim with the user id. The claim must be a non-empty string or an integer.
   * @default 'sub'
   */
  readonly userId?: string;
}

/** The options of {@link createJwtVerifier}. Required: `algorithms`, and exactly one of `secret`, `key` and `jwks`. */
export interface JwtOptions<Custom extends object = Claims> extends RequestOptions<Custom>, AudienceOptions {
  /** The accepted signature algorithms. A token that is signed with another algorithm is refused. */
  readonly algorithms: readonly [JwtAlgorithm, ...JwtAlgorithm[]];
  /**
   * The shared secret: at least 32 bytes for HS256, 48 for HS384 and 64 for HS512. A string is encoded as UTF-8. It must not
   * begin or end with white space, or be in quotes; bytes may hold anything.
   */
  readonly secret?: string | Uint8Array | undefined;
  /**
   * A public key: PEM (`-----BEGIN PUBLIC KEY-----`), also with a literal `\n`, in quotes or in base64, as environment
   * variables hold it; or a JSON Web Key, also as JSON text. The `kid` of a token has no effect.
   */
  readonly key?: string | JWK | undefined;
  /**
   * A key set, also as JSON text, or the https:// URL of a key set. The `kid` of a token selects the key. For a token without a
   * `kid`, the set must contain exactly one key for the algorithm of the token.
   */
  readonly jwks?: string | JSONWebKeySet | undefined;
  /**
   * A key set that was fetched when the app was built. Requires the URL of the key set as `jwks`. Its keys verify at once
   * after a start. The first use begins a fetch in the background, which replaces them. Without a successful fetch they are
   * used for five minutes from their first use, and not at all from one day after `fetchedAt` on.
   */
  readonly initialKeys?: InitialKeys;
  /** The accepted issuers. The `iss` claim must equal one of them exactly. By default `iss` is not checked. */
  readonly issuer?: string | readonly string[];
  /** The names of claims, if the issuer uses other names than Torii. */
  readonly claims?: JwtClaimNames;
  /**
   * How many seconds the clocks of this server and of the issuer may differ. From 0 to 300.
   * @default 30
   */
  readonly clockTolerance?: number;
  /**
   * How many seconds after the last successful fetch the keys are used if their URL cannot be reached. From 0 to 86400 (one
   * day). Keys are always used for five minutes, so a value below 300 has the same effect as 300.
   * @default 3600 (one hour)
   */
  readonly maxStaleSeconds?: number;
  /**
   * How long a fetch of the key set may take, in milliseconds. From 100 to 30000. Requests that need the keys wait for it.
   * @default 5000
   */
  readonly keysTimeoutMs?: number;
  /** The function that fetches the key set. By default `globalThis.fetch`. */
  readonly fetch?: Fetch | undefined;
}

export interface JwtSettings extends RequestSettings {
  readonly algorithms: ReadonlySet<string>;
  readonly source: JwtKeySource;
  readonly rules: JwtClaimRules;
  readonly keyCaller: KeyCaller;
}

const optionNames = [
  'algorithms',
  'secret',
  'key',
  'jwks',
  'initialKeys',
  'issuer',
  'audience',
  'requireClaims',
  'refuseClaims',
  'claims',
  'clockTolerance',
  'maxStaleSeconds',
  'keysTimeoutMs',
  'fetch',
  'onEvent',
  ...requestOptionNames,
] as const satisfies readonly (keyof JwtOptions)[];

type JwtOptionValues = Options<(typeof optionNames)[number]>;

const hints = {
  ...requestHints,
  algorithms: 'alg',
  key: 'jwtkey publickey',
  issuer: 'iss domain',
  audience: 'aud',
  clockTolerance: 'leeway',
  'Only a verifier of createVerifier or createTokenVerifier knows about revoked tokens. Leave it out, or write a check':
    'revocations',
};

const example = "createJwtVerifier({ secret: process.env.JWT_SECRET, algorithms: ['HS256'] })";

export function readJwtOptions(given: JwtOptions): JwtSettings {
  const options = readKnownOptions(given, optionNames, example, 'options', hints);
  const algorithms = readAlgorithms(options);
  const requestSettings = readRequestOptions(options);
  const userIdClaim = readUserIdClaim(options);
  const issuers = readTexts(options, 'issuer', "issuer: 'https://login.example.com'");
  return {
    algorithms,
    source: readSource(options, algorithms, requestSettings.emit),
    rules: {
      userIdClaim,
      issuers,
      ...readAudienceRules(options, issuers === undefined ? ['exp', userIdClaim] : ['exp', userIdClaim, 'iss']),
      clockToleranceMs: readNumber(options, 'clockTolerance', { from: 0, to: 300, absent: 30 }) * 1000,
    },
    keyCaller: readKeyCaller(options, requestSettings.emit),
    ...requestSettings,
  };
}

function readAlgorithms(options: JwtOptionValues): ReadonlySet<string> {
  const known: readonly string[] = [...symmetric, ...rsa, ...others];
  const algorithms = 'algorithms' in options ? listTexts(options, 'algorithms', "algorithms: ['HS256']") : [];
  if (algorithms.length > 0 && algorithms.every((name) => known.includes(name))) return new Set(algorithms);
  throw wrongOption('algorithms', `must be a list of signature algorithms. Write one or more of ${known.join(', ')}`);
}

function readUserIdClaim(options: JwtOptionValues): string {
  if (!('claims' in options)) return 'sub';
  const example = "claims: { userId: 'user_id' }";
  const claims = readKnownOptions(options.claims as JwtClaimNames, ['userId'], example, 'claims');
  const name = readText(claims, 'userId', example) ?? 'sub';
  assertClaimNames('userId', [name], example);
  return name;
}
