import type { KeyObject } from 'node:crypto';
import { type Auth, type Fetch, isAuth, ToriiAuthError, ToriiForbiddenError } from '@torii/core';
import {
  assertOption,
  emitterFor,
  type Options,
  omitUndefined,
  readChoice,
  readFunction,
  readKnownOptions,
  readText,
  readWhole,
} from '@torii/core/adapter';
import { SignJWT } from 'jose/jwt/sign';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { readGateway } from '../keys/gateway.ts';
import { readPrivateKey, type SigningKey } from '../keys/rsa-key.ts';
import { ServedKey } from '../keys/served-key.ts';
import { claimsFor, lifetimes, readRequest, type StreamGrant, type StreamRequest } from './claims.ts';

export interface StreamSignerOptions {
  /**
   * An RSA private key of at least 2048 bits: PEM (PKCS#8 or PKCS#1), or a KeyObject. May be undefined to the compiler,
   * as an environment variable is; it throws then, and says so.
   */
  readonly privateKey: string | KeyObject | undefined;
  /** The key to rotate to, while a rotation is under way. Undefined at all other times. */
  readonly nextPrivateKey?: string | KeyObject | undefined;
  /** What stands as `iss` in tokens. Left out, nothing does; the gateway does not look at it. */
  readonly issuer?: string | undefined;
  /**
   * Where the gateway is: `https://cable.example.com`. It is asked which key it uses, at most once a second and only when
   * a token is wanted. Needed with `nextPrivateKey`; without, it lets you know of a gateway that refuses every token.
   */
  readonly gatewayUrl?: string | undefined;
  /**
   * The longest lifetime that `issue` takes. A rotation waits for as long as this, so that a short one is worth having.
   *
   * @default 86_400
   */
  readonly maxTtlSeconds?: number | undefined;
  /**
   * The longest that tokens live from when `nextPrivateKey` is there until the gateway uses it: at most as long, a
   * rotation makes a reconnect need a fresh token.
   *
   * @default 60
   */
  readonly drainTtlSeconds?: number | undefined;
  /**
   * What `issueFor` does where an admin acts in the user's name: `audit` mints, with who acts as `act` (RFC 8693 4.1), and
   * tells `onEvent`.
   *
   * @default 'refuse'
   */
  readonly impersonation?: 'refuse' | 'audit';
  /** Asks the gateway. Left out, the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Told what happened, for logs and metrics. Never gets a token or a private key. */
  readonly onEvent?: StreamEventListener | undefined;
}

/** A token, and what the browser that gets it may want to know. */
export interface StreamToken {
  readonly token: string;
  /** Seconds since 1970: `exp`. Sooner than asked for while a rotation is under way. */
  readonly expiresAt: number;
}

/** Mints stream tokens. */
export interface StreamSigner {
  /** The public half of `privateKey`, as SPKI PEM: what `publishPublicKey` wants. */
  readonly publicKey: string;
  /** The public half of `nextPrivateKey`, or null. */
  readonly nextPublicKey: string | null;
  /**
   * Mints a token.
   *
   * @throws ToriiStreamError `subject_invalid`, `streams_invalid`, `lifetime_invalid` or `claims_invalid`
   */
  issue(request: StreamRequest): Promise<StreamToken>;
  /**
   * Mints a token for the user of a request that was just authenticated. It lives for `ttlSeconds`, also where the user's
   * own token ends sooner.
   *
   * @throws ToriiStreamError as `issue`, and `subject_invalid` for what no verifier made
   * @throws ToriiAuthError `token_expired` where the user's own token has run out by now: without the verifier's leeway
   * @throws ToriiForbiddenError where an admin acts in the user's name, unless `impersonation` is `audit`
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

/** What signers and rotations take as `maxTtlSeconds`. */
export const maxTtlRule: { readonly from: number; readonly to: number; readonly absent: number } = {
  from: lifetimes.least,
  to: lifetimes.most,
  absent: lifetimes.most,
};

/** The same of `drainTtlSeconds`: the most seconds that tokens live while a rotation waits for the old ones to run out. */
export const drainTtlRule: { readonly from: number; readonly to: number; readonly absent: number } = {
  from: lifetimes.least,
  to: lifetimes.most,
  absent: 60,
};

/**
 * Makes a signer of stream tokens.
 *
 * @example
 * const streams = createStreamSigner({ privateKey: process.env.TURBOCABLE_JWT_PRIVATE_KEY });
 * const { token } = await streams.issue({ subject: 'user_1', allowedStreams: ['chat_*'], ttlSeconds: 300 });
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function createStreamSigner(options: StreamSignerOptions): StreamSigner {
  const example = 'createStreamSigner({ privateKey: process.env.TURBOCABLE_JWT_PRIVATE_KEY })';
  const own = omitUndefined(readKnownOptions(options, optionNames, example), mayBeUndefined);
  const current = readPrivateKey('privateKey', own.privateKey);
  const next = 'nextPrivateKey' in own ? readPrivateKey('nextPrivateKey', own.nextPrivateKey) : null;
  assertOption(
    'nextPrivateKey',
    next?.publicKey.keyId !== current.publicKey.keyId,
    'is `privateKey` again: pass the new key',
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
    'is needed with `nextPrivateKey`: the gateway says when to sign with it',
  );
  const chooseKey = keyChooser(current, next, gateway && new ServedKey(gateway, emit), emit);

  async function mint(given: StreamRequest, ours: Readonly<Record<string, unknown>>): Promise<StreamToken> {
    // Before anything is waited for: from here on, nobody but us has the request in hand.
    const request = readRequest(given, maxTtlSeconds);
    const askedSeconds = request.ttlSeconds;
    const { key, isDraining } = await chooseKey();
    const ttlSeconds = isDraining ? Math.min(askedSeconds, drainTtlSeconds) : askedSeconds;
    const claims = claimsFor({ ...request, ttlSeconds }, { ...ours, ...(issuer !== undefined && { iss: issuer }) });
    const { keyId } = key.publicKey;
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keyId })
      .sign(key.privateKey);
    if (askedSeconds < lifetimes.shortUnder) emit({ type: 'lifetime_short', ttlSeconds: askedSeconds });
    emit({ type: 'issued', keyId, ttlSeconds, askedSeconds });
    return { token, expiresAt: claims.exp };
  }

  return {
    publicKey: current.publicKey.pem,
    nextPublicKey: next?.publicKey.pem ?? null,
    issue: async (request) => mint(request, {}),
    async issueFor(auth, grant) {
      checkAuth(auth, impersonation);
      const { userId, impersonating } = auth;
      const actorId = auth.actor?.userId ?? null;
      const minted = await mint({ ...grant, subject: userId }, actorId === null ? {} : { act: { sub: actorId } });
      if (impersonating) emit({ type: 'impersonated', userId, actorId });
      return minted;
    },
  };
}

function readImpersonation(own: SignerOptionValues): 'refuse' | 'audit' {
  const impersonation = readChoice(own, 'impersonation', ['refuse', 'audit']);
  const isHeard = impersonation === 'refuse' || own.onEvent !== undefined;
  assertOption('onEvent', isHeard, "is missing. `impersonation: 'audit'` calls it: set it too");
  return impersonation;
}

function checkAuth(auth: Auth, impersonation: 'refuse' | 'audit'): void {
  if (!isAuth(auth)) {
    const remedy = 'Pass what your adapter gives, such as getAuth(req), or call issue({ subject, … })';
    throw new ToriiStreamError('subject_invalid', `\`auth\` was not made by a verifier. ${remedy}.`);
  }
  // An Auth may have been kept, for the length of a WebSocket say: it says who called then, not who may connect now.
  if (!(auth.expiresAt > Date.now() / 1000)) throw new ToriiAuthError('token_expired', 'The token has expired.');
  if (auth.impersonating && impersonation === 'refuse') {
    throw new ToriiForbiddenError('Stream tokens are not for somebody who acts in a user’s name.');
  }
}

interface Choice {
  readonly key: SigningKey;
  /** Whether a rotation is under way and has not come to its flip. */
  readonly isDraining: boolean;
}

/** Signs with the key that the gateway uses: a token of any other is refused there. */
function keyChooser(
  current: SigningKey,
  next: SigningKey | null,
  served: ServedKey | undefined,
  emit: StreamEventListener,
): () => Promise<Choice> {
  const keys = next === null ? [current] : [current, next];
  let used = current;
  let missing: string | null | undefined;
  return async () => {
    const servedId = await served?.keyId();
    const key = keys.find(({ publicKey }) => publicKey.keyId === servedId) ?? used;
    if (key !== used) emit({ type: 'key_used', keyId: key.publicKey.keyId });
    used = key;
    // Told once for each answer, not once for each token.
    const isServed = servedId === undefined || servedId === key.publicKey.keyId;
    if (!isServed && missing !== servedId) {
      emit({ type: 'key_not_served', keyId: key.publicKey.keyId, servedKeyId: servedId });
    }
    missing = isServed ? undefined : servedId;
    return { key, isDraining: next !== null && key === current };
  };
}
