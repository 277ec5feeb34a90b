import type { KeyObject } from 'node:crypto';
import { type Auth, type Fetch, isAuth, ToriiAuthError, ToriiForbiddenError } from '@torii/core';
import {
  type AwaitGuard,
  assertOption,
  createAwaitGuard,
  describeValue,
  emitterFor,
  loggable,
  type Options,
  omitUndefined,
  readChoice,
  readFunction,
  readKnownOptions,
  readText,
  readWhole,
  wallMs,
} from '@torii/core/internal';
import { SignJWT } from 'jose/jwt/sign';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { readGateway } from '../keys/gateway.ts';
import { readPrivateKey, type SigningKey } from '../keys/rsa-key.ts';
import { ServedKey } from '../keys/served-key.ts';
import { claimsFor, lifetimeSeconds, readRequest, type StreamGrant, type StreamRequest } from './claims.ts';

export interface StreamSignerOptions {
  /**
   * The RSA private key, 2048 to 8192 bits: PEM (PKCS#8 or PKCS#1), also with a literal `\n`, in quotes or in base64, or a
   * KeyObject. The type accepts `undefined` so that you can pass `process.env.NAME`, but a missing key throws a
   * ToriiConfigError.
   */
  readonly privateKey: string | KeyObject | undefined;
  /** The private key to rotate to. Set it only during a rotation. Needs `gatewayUrl`. */
  readonly nextPrivateKey?: string | KeyObject | undefined;
  /** The `iss` claim of tokens. If absent, tokens have no `iss`. The gateway does not check it. */
  readonly issuer?: string | undefined;
  /**
   * The gateway's address, such as `https://cable.example.com`. Required with `nextPrivateKey`; otherwise only used to
   * report `key_not_served`. The signer asks the gateway for its key at most once a second, when it mints a token.
   */
  readonly gatewayUrl?: string | undefined;
  /**
   * The longest lifetime that `issue` accepts, in seconds: 1 to 86,400. Keep it short, because a key rotation waits
   * this long.
   *
   * @default 86_400
   */
  readonly maxTtlSeconds?: number | undefined;
  /**
   * The longest lifetime of tokens while the gateway does not use `nextPrivateKey` yet, in seconds: 1 to 86,400. After
   * the gateway changes to the new key, it may refuse a client for this long, until the client fetches a new token.
   *
   * @default 60
   */
  readonly drainTtlSeconds?: number | undefined;
  /**
   * How `issueFor` handles impersonated users. `refuse` throws. `audit` mints a token that contains the impersonator as
   * `act` (RFC 8693 4.1), and reports the token to `onEvent`, which must be set.
   *
   * @default 'refuse'
   */
  readonly impersonation?: 'refuse' | 'audit';
  /** The function that sends requests to the gateway. Defaults to the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Called for each token, key change and warning. Errors that the listener throws are ignored. */
  readonly onEvent?: StreamEventListener | undefined;
}

/** A minted token. */
export interface StreamToken {
  readonly token: string;
  /** When the token expires, in seconds since 1970 (`exp`). During a rotation, this can be sooner than requested. */
  readonly expiresAt: number;
}

const tokenFields = { token: true, expiresAt: true } satisfies Record<keyof StreamToken, true>;
const guardToken: AwaitGuard = createAwaitGuard(tokenFields);

/** Mints stream tokens. */
export interface StreamSigner {
  /** The public half of `privateKey`, as SPKI PEM. Pass it to `publishPublicKey`. */
  readonly publicKey: string;
  /** The public half of `nextPrivateKey`, as SPKI PEM; `null` if `nextPrivateKey` is not set. */
  readonly nextPublicKey: string | null;
  /**
   * Mints a token.
   *
   * @throws ToriiStreamError `subject_invalid`, `streams_invalid`, `lifetime_invalid` or `claims_invalid`
   * @throws ToriiConfigError if `request` has an unknown field
   */
  issue(request: StreamRequest): Promise<StreamToken>;
  /**
   * Mints a token for the user of a request, valid for `ttlSeconds` even if the user's own token expires sooner.
   *
   * @throws ToriiStreamError like `issue`, and `subject_invalid` if `auth` was not created by a verifier
   * @throws ToriiAuthError `token_expired` if the user's own token has expired, without the verifier's leeway
   * @throws ToriiForbiddenError if the user is impersonated and `impersonation` is not `audit`
   */
  issueFor(auth: Auth, grant: StreamGrant): Promise<StreamToken>;
}

const optionNames = [
  'privateKey',
  'nextPrivateKey',
  'issuer',
  'gatewayUrl',
  'maxTtlSeconds',
  'drainTtlSeconds',
  'impersonation',
  'fetch',
  'onEvent',
] as const;

type SignerOptionValues = Options<(typeof optionNames)[number]>;

const mayBeUndefined = ['nextPrivateKey', 'issuer', 'gatewayUrl', 'maxTtlSeconds', 'drainTtlSeconds'] as const;

interface TtlRule {
  readonly from: number;
  readonly to: number;
  readonly absent: number;
}

export const maxTtlRule: TtlRule = { from: lifetimeSeconds.min, to: lifetimeSeconds.max, absent: lifetimeSeconds.max };
export const drainTtlRule: TtlRule = { from: lifetimeSeconds.min, to: lifetimeSeconds.max, absent: 60 };

/**
 * Creates a signer of stream tokens.
 *
 * @example
 * const signer = createStreamSigner({ privateKey: process.env.TURBOCABLE_JWT_PRIVATE_KEY });
 * const { token } = await signer.issue({ subject: 'user_1', allowedStreams: ['chat_*'], ttlSeconds: 300 });
 *
 * @throws ToriiConfigError for a wrong key or option. Its message says what to pass instead.
 */
export function createStreamSigner(options: StreamSignerOptions): StreamSigner {
  const example = 'createStreamSigner({ privateKey: process.env.TURBOCABLE_JWT_PRIVATE_KEY })';
  const own = omitUndefined(readKnownOptions(options, optionNames, example), mayBeUndefined);
  const current = readPrivateKey('privateKey', own.privateKey);
  const next = 'nextPrivateKey' in own ? readPrivateKey('nextPrivateKey', own.nextPrivateKey) : null;
  assertOption(
    'nextPrivateKey',
    next?.publicKey.keyId !== current.publicKey.keyId,
    'is the same key as `privateKey`. Pass the new key',
  );
  const issuer = readText(own, 'issuer', "issuer: 'https://api.example.com', or leave it out");
  const maxTtlSeconds = readWhole(own, 'maxTtlSeconds', maxTtlRule);
  const drainTtlSeconds = readWhole(own, 'drainTtlSeconds', drainTtlRule);
  const fetch = readFunction<Fetch>(own, 'fetch');
  const impersonation = readImpersonation(own);
  const emit = emitterFor(readFunction<StreamEventListener>(own, 'onEvent'));
  const gateway = 'gatewayUrl' in own ? readGateway(own.gatewayUrl, fetch) : undefined;
  assertOption(
    'gatewayUrl',
    gateway ?? !next,
    'is required with `nextPrivateKey`: the gateway determines when to sign with that key',
  );
  const chooseKey = keyChooser(current, next, gateway && new ServedKey(gateway, emit), emit);

  async function mint(given: StreamRequest, actorClaims: Readonly<Record<string, unknown>>): Promise<StreamToken> {
    // Copy the request before the first await: the caller could change the request after the check.
    const request = readRequest(given, maxTtlSeconds);
    const askedSeconds = request.ttlSeconds;
    const { key, isDraining } = await chooseKey();
    const ttlSeconds = isDraining ? Math.min(askedSeconds, drainTtlSeconds) : askedSeconds;
    const claims = claimsFor(
      { ...request, ttlSeconds },
      { ...actorClaims, ...(issuer !== undefined && { iss: issuer }) },
    );
    const { keyId } = key.publicKey;
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keyId })
      .sign(key.privateKey);
    if (askedSeconds < lifetimeSeconds.shortUnder) emit({ type: 'lifetime_short', ttlSeconds: askedSeconds });
    emit({ type: 'issued', keyId, ttlSeconds, askedSeconds });
    return { token, expiresAt: claims.exp };
  }

  return {
    publicKey: current.publicKey.pem,
    nextPublicKey: next?.publicKey.pem ?? null,
    issue: (request) => guardToken(mint(request, {})),
    issueFor: (auth, grant) => guardToken(mintFor(auth, grant)),
  };

  async function mintFor(auth: Auth, grant: StreamGrant): Promise<StreamToken> {
    checkAuth(auth, impersonation);
    const { userId, impersonating } = auth;
    const actorId = auth.actor?.userId ?? null;
    const minted = await mint({ ...grant, subject: userId }, actorId === null ? {} : { act: { sub: actorId } });
    if (impersonating) {
      emit({ type: 'impersonated', userId: loggable(userId), actorId: actorId === null ? null : loggable(actorId) });
    }
    return minted;
  }
}

function readImpersonation(own: SignerOptionValues): 'refuse' | 'audit' {
  const impersonation = readChoice(own, 'impersonation', ['refuse', 'audit']);
  const hasListener = impersonation === 'refuse' || own.onEvent !== undefined;
  assertOption('onEvent', hasListener, "is missing. `impersonation: 'audit'` calls it: set it too");
  return impersonation;
}

function checkAuth(auth: Auth, impersonation: 'refuse' | 'audit'): void {
  if (!isAuth(auth)) {
    const remedy = 'Pass the Auth of a verified request, such as getAuth(req), or call issue({ subject, … })';
    throw new ToriiStreamError(
      'subject_invalid',
      `\`auth\` was not created by a verifier. Found: ${describeValue(auth)}. ${remedy}.`,
    );
  }
  // Check the expiry again: the app may have kept this Auth since an earlier request, for example for an open
  // WebSocket.
  if (!(auth.expiresAt > wallMs() / 1000)) throw new ToriiAuthError('token_expired', 'The token has expired.');
  if (auth.impersonating && impersonation === 'refuse') {
    throw new ToriiForbiddenError('Stream tokens are not issued for impersonated users.');
  }
}

interface Choice {
  readonly key: SigningKey;
  readonly isDraining: boolean;
}

function keyChooser(
  current: SigningKey,
  next: SigningKey | null,
  served: ServedKey | undefined,
  emit: StreamEventListener,
): () => Promise<Choice> {
  const keys = next === null ? [current] : [current, next];
  let used = current;
  let lastReportedId: string | null | undefined;
  return async () => {
    const servedId = await served?.keyId();
    const key = keys.find(({ publicKey }) => publicKey.keyId === servedId) ?? used;
    if (key !== used) emit({ type: 'key_used', keyId: key.publicKey.keyId });
    used = key;
    const isServed = servedId === undefined || servedId === key.publicKey.keyId;
    if (!isServed && lastReportedId !== servedId) {
      emit({ type: 'key_not_served', keyId: key.publicKey.keyId, servedKeyId: servedId });
    }
    lastReportedId = isServed ? undefined : servedId;
    return { key, isDraining: next !== null && key === current };
  };
}
