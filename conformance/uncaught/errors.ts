// Errors of every class, thrown by the functions that throw them in an app.
import { createToriiClient } from '@torii/api';
import {
  authorize,
  createVerifier,
  ToriiAuthError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiRevocationError,
  ToriiUnavailableError,
} from '@torii/core';
import { ToriiWebhookError, verifyWebhook } from '@torii/core/webhooks';

/** A text that no response may contain. The errors below have it in place of user data, paths and texts of other servers. */
export const inner = 'ada_lovelace_10.0.0.7';

export interface Thrown {
  readonly name: string;
  /** The status with which every framework must respond. */
  readonly status: number;
  /** Whether the response must be that of a guard: with its challenge, `Retry-After` and headers for caches. */
  readonly isRefusal: boolean;
  readonly error: () => Promise<unknown>;
}

const cause = new Error(inner, { cause: new Error(inner) });
const refusal = (name: string, status: number, error: () => unknown): Thrown => ({
  name,
  status,
  isRefusal: true,
  error: async () => error(),
});
const trouble = (name: string, status: number, error: () => unknown): Thrown => ({
  name,
  status,
  isRefusal: false,
  error: async () => error(),
});

/** An error of the REST client for a call that got this response. */
function callThatGot(respond: () => Response | Promise<never>): () => Promise<unknown> {
  const fetch = async (): Promise<Response> => respond();
  const client = createToriiClient({ secretKey: 'sk_test_0123456789', fetch, maxRetries: 0 });
  return () => failureOf(client.users.get(inner));
}

function problem(status: number): Response {
  return Response.json({ title: inner, detail: inner, code: 'some_code', supportId: inner }, { status });
}

export const thrown: readonly Thrown[] = [
  refusal('ToriiAuthError token_missing', 401, () => failureOf(authorize(null, {}, [() => true]))),
  refusal('ToriiAuthError token_malformed', 401, () => {
    const verifier = createVerifier({ issuer: 'https://acme.torii.so' });
    return failureOf(verifier.authenticate({ authorization: `Bearer ${inner}` }));
  }),
  refusal(
    'ToriiAuthError token_expired',
    401,
    () => new ToriiAuthError('token_expired', 'It "has" expired.', { cause }),
  ),
  refusal('ToriiForbiddenError not_allowed', 403, () => new ToriiForbiddenError('You may not do this.', { cause })),
  refusal('ToriiRequestError request_malformed', 400, () => new ToriiRequestError('The path is ambiguous.', { cause })),
  refusal('ToriiUnavailableError keys_unavailable', 503, () => {
    const fetch = (): Promise<never> => Promise.reject(cause);
    const verifier = createVerifier({ issuer: 'https://acme.torii.so', fetch });
    const token = [
      { alg: 'ES256', kid: 'k' },
      { iss: 'https://acme.torii.so', sub: 'u', pid: 'e', iat: 1, exp: 4e9 },
    ];
    const [header, claims] = token.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    return failureOf(verifier.verify(`${header}.${claims}.${'B'.repeat(85)}A`));
  }),
  refusal('ToriiUnavailableError policy_unavailable', 503, () => {
    return new ToriiUnavailableError('policy_unavailable', 'Try later.', { cause, retryAfterSeconds: 7 });
  }),
  refusal('ToriiAuthError token_revoked', 401, () => new ToriiAuthError('token_revoked', 'The token was revoked.')),
  refusal('ToriiUnavailableError revocations_unavailable', 503, () => {
    return new ToriiUnavailableError('revocations_unavailable', 'Try later.', { cause });
  }),
  refusal('ToriiAuthError of a subclass, passed on by middleware', 401, () => {
    class Expired extends ToriiAuthError {}
    return Object.assign(new Expired('token_expired', 'It has expired.'), { statusCode: 401, expose: true });
  }),
  trouble('ToriiWebhookError header_missing', 400, () => {
    return failureOf(verifyWebhook({ secret: `whsec_${'A'.repeat(40)}`, headers: {}, payload: inner }));
  }),
  trouble('ToriiWebhookError payload_too_large', 413, () => new ToriiWebhookError('payload_too_large', 'Too large.')),
  trouble('ToriiWebhookError in_progress', 503, () => new ToriiWebhookError('in_progress', 'Later.')),
  trouble('ToriiWebhookError store_unavailable', 503, () => {
    return new ToriiWebhookError('store_unavailable', 'Later.', { cause });
  }),
  trouble('ToriiWebhookError revocations_unavailable', 503, () => {
    return new ToriiWebhookError('revocations_unavailable', 'Later.', { cause });
  }),
  trouble('ToriiWebhookError handler_failed', 500, () => new ToriiWebhookError('handler_failed', 'No.', { cause })),
  trouble('ToriiConfigError of an option', 500, () => failureOf((async () => createVerifier({ issuer: '' }))())),
  trouble(
    'ToriiConfigError of a secret key that the API refused (401)',
    500,
    callThatGot(() => problem(401)),
  ),
  trouble('ToriiConfigError of a value that cannot be sent', 500, async () => {
    const client = createToriiClient({ secretKey: 'sk_test_0123456789' });
    return failureOf(client.users.update(inner, { firstName: Number.NaN as never }));
  }),
  trouble('ToriiRevocationError', 500, () => {
    return new ToriiRevocationError({ announce: async () => {}, answer: { status: 403, id: inner } }, { cause });
  }),
  ...[400, 403, 404, 409, 422, 429, 500, 503].map((status) =>
    trouble(
      `ToriiApiError ${status}`,
      status,
      callThatGot(() => problem(status)),
    ),
  ),
  trouble(
    'ToriiApiError response_malformed (200)',
    502,
    callThatGot(() => new Response(inner)),
  ),
  trouble(
    'ToriiApiError redirect_refused (302)',
    502,
    callThatGot(() => new Response(inner, { status: 302 })),
  ),
  trouble(
    'ToriiConnectionError network',
    500,
    callThatGot(() => Promise.reject(cause)),
  ),
];

async function failureOf(work: PromiseLike<unknown>): Promise<unknown> {
  return work.then(
    () => new Error('Nothing was thrown.'),
    (error: unknown) => error,
  );
}
