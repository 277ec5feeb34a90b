import { expectTypeOf, test } from 'vitest';
import {
  type AuthReason,
  createVerifier,
  type Denial,
  type DenialBody,
  type DenialStatus,
  denialFor,
  type Reason,
  ToriiAuthError,
  type ToriiError,
  type ToriiForbiddenError,
  type ToriiRequestError,
  type ToriiUnavailableError,
  type UnavailableReason,
} from '../src/index.ts';
import { createWebhookReceiver, type ToriiWebhookError, type WebhookReason } from '../src/webhooks/index.ts';

test('a denial has literal types, which frameworks with typed statuses accept', async () => {
  const { denial } = await createVerifier({ issuer: 'https://acme.torii.test' }).check(new Headers());
  if (denial === undefined) return;
  expectTypeOf(denial.status).toEqualTypeOf<400 | 401 | 403 | 503>();
  expectTypeOf(denial.body.error.code).toEqualTypeOf<
    'authentication_failed' | 'bad_request' | 'forbidden' | 'unavailable'
  >();
  expectTypeOf(denial.body.error.reason).toEqualTypeOf<Reason>();
  expectTypeOf(denialFor(new Error())).toEqualTypeOf<Denial<DenialBody, DenialStatus> | undefined>();
  // @ts-expect-error: not a status of a denial
  denial.status === 404;
});

test('the headers of a denial are headers for Fetch and Node', () => {
  const denial: Denial | undefined = denialFor(new Error());
  if (denial === undefined) return;
  expectTypeOf(denial.headers).toExtend<Record<string, string>>();
  new Headers(denial.headers);
  new Response(JSON.stringify(denial.body), denial);
});

test('each refusal has one status and its own reasons', () => {
  expectTypeOf<ToriiAuthError['status']>().toEqualTypeOf<401>();
  expectTypeOf<ToriiAuthError['statusCode']>().toEqualTypeOf<401>();
  expectTypeOf<ToriiRequestError['status']>().toEqualTypeOf<400>();
  expectTypeOf<ToriiForbiddenError['status']>().toEqualTypeOf<403>();
  expectTypeOf<ToriiUnavailableError['status']>().toEqualTypeOf<503>();
  expectTypeOf<ToriiAuthError['code']>().toEqualTypeOf<'authentication_failed'>();
  expectTypeOf<ToriiAuthError['reason']>().toEqualTypeOf<AuthReason>();
  expectTypeOf<ToriiForbiddenError['reason']>().toEqualTypeOf<'not_allowed'>();
  expectTypeOf<ToriiUnavailableError['reason']>().toEqualTypeOf<UnavailableReason>();
});

test('frameworks may assign another status to a refusal, and its class can be extended', () => {
  new ToriiAuthError('token_missing', 'No token was sent.').status = 404;
  class ExpiredError extends ToriiAuthError {}
  expectTypeOf(new ExpiredError('token_expired', 'Expired.')).toExtend<ToriiError>();
});

test('the answer to a webhook has literal types', async () => {
  const receiver = createWebhookReceiver({ secret: 'whsec_abc' });
  const answer = await receiver.receive({ headers: {}, payload: '' }, () => undefined);
  expectTypeOf(answer.status).toEqualTypeOf<200 | 400 | 413 | 500 | 503>();
  if ('error' in answer.body) {
    expectTypeOf(answer.body.error.code).toEqualTypeOf<'webhook_refused'>();
    expectTypeOf(answer.body.error.reason).toEqualTypeOf<WebhookReason>();
  }
  expectTypeOf<ToriiWebhookError['status']>().toEqualTypeOf<400 | 413 | 500 | 503>();
});
