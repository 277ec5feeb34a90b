import { emitterFor } from '../emitter.ts';
import type { VerifierEventListener } from '../events.ts';
import { InitialKeySet, type InitialKeys } from '../keys/initial-key-set.ts';
import { type JSONWebKeySet, KeySetError, parseFixedKeySet } from '../keys/jwks.ts';
import { fixedKeys, keySetFor } from '../keys/key-sources.ts';
import type { KeyCaller, KeySource } from '../keys/remote-key-set.ts';
import type { Fetch } from '../platform.ts';
import type { RefuseRevoked } from '../revocation-check.ts';
import type { RevocationSource } from '../revocations.ts';
import { withoutTrailingSlash } from '../token/claims.ts';
import type { VerifySettings } from '../token/verify.ts';
import { type AudienceOptions, readAudienceRules } from './audience-options.ts';
import { readEnvironments } from './environments.ts';
import { type IssuerApproval, isApproval, readApproval } from './issuer-approval.ts';
import { problemOfIssuer } from './issuer-url.ts';
import { listTexts, type Options, readFunction, readNumber, readWhole, wrongOption, wrongValue } from './reader.ts';
import { readRevocations } from './revocation-options.ts';

/** The options of `createTokenVerifier`. `createVerifier` accepts them too. */
export interface VerifyOptions extends AudienceOptions {
  /**
   * Your issuer URL from the dashboard, such as `https://acme.torii.so`, or a list of issuer URLs. The `iss` claim of a token
   * must be one of them; only a trailing slash is ignored. If the option is `undefined`, for example because an environment
   * variable is not set, a ToriiConfigError is thrown.
   *
   * For one issuer per tenant, pass `{ approve }`: a function that looks an issuer up in your own records.
   */
  readonly issuer: string | readonly string[] | IssuerApproval | undefined;
  /** The accepted environments: `pid` must be one of them. By default every environment of the issuer is accepted. */
  readonly environmentId?: string | readonly string[];
  /**
   * How many seconds the clocks of this server and of the issuer may differ. From 0 to 300.
   * @default 30
   */
  readonly clockTolerance?: number;
  /**
   * How many seconds after the last successful fetch the keys are used if the issuer cannot be reached. From 0 to 86400 (one
   * day). Keys are always used for five minutes, so a value below 300 has the same effect as 300.
   * @default 3600 (one hour)
   */
  readonly maxStaleSeconds?: number;
  /**
   * How long a fetch of the keys may take, in milliseconds. From 100 to 30000. Requests that need the keys wait for it.
   * @default 5000
   */
  readonly keysTimeoutMs?: number;
  /**
   * The maximum number of verified tokens in the cache, from 0 (no cache) to 1000000. A token is used from the cache until it
   * expires or its key is withdrawn. A cached token takes about 1 kB of memory. If they take more than 8 kB on average, because
   * of large claims, fewer are kept.
   * @default 5000
   */
  readonly cachedTokens?: number;
  /** The function that fetches the keys. By default `globalThis.fetch`. */
  readonly fetch?: Fetch | undefined;
  /** A fixed key set for one issuer. Keys are then never fetched, so key rotations are not noticed. */
  readonly keys?: JSONWebKeySet;
  /**
   * A key set that was fetched when the app was built, for one issuer. Its keys verify at once after a start. The first use
   * begins a fetch in the background, which replaces them. Without a successful fetch they are used for five minutes from
   * their first use, and not at all from one day after `fetchedAt` on.
   */
  readonly initialKeys?: InitialKeys;
  /**
   * Refuses tokens that were revoked before they expire: what `createRevocations` of `@torii/revocation` returned. Requires one
   * issuer, the same as that of the revocations. Tokens of other environments, and tokens that live longer than its
   * `maxTokenSeconds`, are refused. By default a token is accepted until it expires.
   */
  readonly revocations?: RevocationSource;
  /** Called with every event, for logs and metrics. Events never contain a token. Errors of this function are ignored. */
  readonly onEvent?: VerifierEventListener | undefined;
}

export interface TokenSettings extends Omit<VerifySettings, 'cache'> {
  readonly cachedTokens: number;
  readonly emit: VerifierEventListener;
  readonly refuseRevoked: RefuseRevoked | undefined;
}

export const verifyOptionNames = [
  'issuer',
  'audience',
  'requireClaims',
  'refuseClaims',
  'environmentId',
  'clockTolerance',
  'maxStaleSeconds',
  'keysTimeoutMs',
  'cachedTokens',
  'fetch',
  'keys',
  'initialKeys',
  'revocations',
  'onEvent',
] as const;

type VerifyOptionValues = Options<(typeof verifyOptionNames)[number]>;

export function readVerifyOptions(options: VerifyOptionValues): TokenSettings {
  const emit = emitterFor(readFunction<VerifierEventListener>(options, 'onEvent'));
  const { issuer } = options;
  const approvals = isApproval(issuer) ? readApproval(issuer, readFunction<Fetch>(options, 'fetch'), emit) : undefined;
  if (approvals !== undefined) {
    const forOneIssuer = (['keys', 'initialKeys', 'revocations'] as const).find((name) => name in options);
    if (forOneIssuer !== undefined)
      throw wrongOption(forOneIssuer, 'is for one issuer only. Leave it out if you pass `approve`');
  }
  const issuers = approvals === undefined ? readIssuers(options) : [];
  const { refuseRevoked, ...revocationRules } = readRevocations(options, issuers, readEnvironments(options));
  return {
    rules: {
      ...readAudienceRules(options, ['iss', 'sub', 'pid', 'iat', 'exp']),
      ...revocationRules,
      clockToleranceMs: readNumber(options, 'clockTolerance', { from: 0, to: 300, absent: 30 }) * 1000,
    },
    keySources: readKeySources(options, issuers, emit),
    approvals,
    keyCaller: readKeyCaller(options, emit),
    cachedTokens: readWhole(options, 'cachedTokens', { from: 0, to: 1_000_000, absent: 5_000 }),
    emit,
    refuseRevoked,
  };
}

export function readKeyCaller(
  options: Options<'maxStaleSeconds' | 'keysTimeoutMs'>,
  emit: VerifierEventListener,
): KeyCaller {
  return {
    maxStaleMs: readNumber(options, 'maxStaleSeconds', { from: 0, to: 86_400, absent: 3600 }) * 1000,
    timeoutMs: readNumber(options, 'keysTimeoutMs', { from: 100, to: 30_000, absent: 5_000 }),
    emit,
  };
}

function readIssuers(options: VerifyOptionValues): readonly string[] {
  const example = "issuer: 'https://acme.torii.so'";
  const issuers = listTexts(options, 'issuer', `${example}, or set its environment variable`);
  return issuers.map((text) => {
    const problem = problemOfIssuer(text);
    if (problem !== undefined) throw wrongOption('issuer', `${problem}. Write ${example}`);
    return withoutTrailingSlash(text);
  });
}

function readKeySources(
  options: VerifyOptionValues,
  issuers: readonly string[],
  emit: VerifierEventListener,
): ReadonlyMap<string, KeySource> {
  const fetch = readFunction<Fetch>(options, 'fetch');
  const remoteOf = (issuer: string) => keySetFor(`${issuer}/_torii/.well-known/jwks.json`, fetch);
  const name = 'initialKeys' in options ? 'initialKeys' : 'keys';
  if (!(name in options)) return new Map(issuers.map((issuer) => [issuer, remoteOf(issuer)]));
  const [issuer, second] = issuers;
  if (issuer === undefined || second !== undefined) {
    throw wrongOption(name, 'is for one issuer only. Create a verifier for each');
  }
  if (name === 'initialKeys' && 'keys' in options) {
    throw wrongOption('initialKeys', 'has no effect with `keys`. Leave one of them out');
  }
  const time = name === 'keys' ? '' : ", fetchedAt: '2026-11-29T15:00:00Z'";
  const example = `${name}: { keys: [{ kty: 'EC', … }]${time} }`;
  if (!Array.isArray(Object(options[name]).keys))
    throw wrongValue(name, 'a key set', options[name], `${example}, or leave it out`);
  try {
    const source =
      name === 'keys'
        ? fixedKeys(options.keys, emit)
        : new InitialKeySet(options.initialKeys, remoteOf(issuer), parseFixedKeySet, emit);
    return new Map([[issuer, source]]);
  } catch (cause) {
    const problem = cause instanceof KeySetError ? cause.message : 'the key set cannot be read';
    throw wrongOption(name, `cannot be used: ${problem}. Write ${example}`);
  }
}
