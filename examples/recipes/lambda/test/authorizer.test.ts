import type { VerifierOptions } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { callerOf } from '../src/behind-authorizer.ts';
import { httpAuthorizerEvent, httpEvent, restAuthorizerEvent, restEvent, type Sent } from './events.ts';

type Authorizers = typeof import('../src/authorizer.ts');

let torii: Emulator;
let authorizers: Authorizers;
let token: string;

beforeAll(async () => {
  torii = await startEmulator({ environments: [{ name: 'globex' }] });
  authorizers = await load(torii.issuer);
  const organization = { id: 'org_1', role: 'org:member' };
  token = await torii.token({ userId: 'ada', organization, expiresInSeconds: 3600 });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await torii.stop();
});
beforeEach(() => void vi.useRealTimers());

async function load(issuer: string): Promise<Authorizers> {
  vi.resetModules();
  vi.stubEnv('TORII_ISSUER', issuer);
  return import('../src/authorizer.ts');
}

const bearer = (value: string) => ['Authorization', `Bearer ${value}`] as const;
const signedIn = (): Sent => ({ headers: [bearer(token)] });
const context = {
  userId: 'ada',
  organizationId: 'org_1',
  role: 'org:member',
  impersonating: '',
  expiresAt: expect.stringMatching(/^\d+$/),
};

test('a token is allowed with a policy for exactly this request', async () => {
  expect(await authorizers.restAuthorizer(restAuthorizerEvent(signedIn()))).toEqual({
    principalId: 'ada',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: 'arn:aws:execute-api:eu-north-1:111122223333:a1b2c3/prod/GET/me',
        },
      ],
    },
    context,
  });
});

test.each(['/*', '/me*', '/m?', '/\x24{*}'])('the path %s gives no policy for other paths', async (path) => {
  const { policyDocument, context } = await authorizers.restAuthorizer(restAuthorizerEvent({ ...signedIn(), path }));
  expect(policyDocument.Statement).toMatchObject([{ Effect: 'Deny' }]);
  expect(context).toEqual({});
});

test('a token is allowed with a simple response', async () => {
  expect(await authorizers.httpAuthorizer(httpAuthorizerEvent(signedIn()))).toEqual({ isAuthorized: true, context });
});

test('the context is text alone, also of an impersonated user without an organization', async () => {
  const impersonated = await torii.token({ userId: 'ada', actor: { sub: 'admin' } });
  const { context } = await authorizers.httpAuthorizer(httpAuthorizerEvent({ headers: [bearer(impersonated)] }));
  expect(context).toMatchObject({ organizationId: '', role: '', impersonating: 'true' });
  expect(Object.values(context).every((value) => typeof value === 'string')).toBe(true);
});

describe('a refused request', () => {
  const refused: readonly (readonly [string, () => Promise<Sent> | Sent])[] = [
    ['no token', () => ({})],
    ['an expired token', async () => ({ headers: [bearer(await torii.token({ expiresInSeconds: -60 }))] })],
    ['a token of another issuer', async () => ({ headers: [bearer(await torii.environment('globex').token())] })],
    ['a forged signature', async () => ({ headers: [bearer(await torii.token({ signedBy: 'stranger' }))] })],
    ['two Authorization headers', () => ({ headers: [bearer(token), bearer(token)] })],
    ['the scheme Basic', () => ({ headers: [['Authorization', 'Basic YTpi']] })],
  ];

  test.each(refused)('with %s gets 401 from a REST API', async (_what, sent) => {
    const deciding = authorizers.restAuthorizer(restAuthorizerEvent(await sent()));
    // API Gateway responds with 401 for this message alone.
    await expect(deciding).rejects.toThrow(/^Unauthorized$/);
  });

  test.each(refused)('with %s is not authorized for an HTTP API', async (_what, sent) => {
    expect(await authorizers.httpAuthorizer(httpAuthorizerEvent(await sent()))).toEqual({
      isAuthorized: false,
      context: {},
    });
  });
});

test('a caller whom a check refuses is denied', async () => {
  const sent = { headers: [bearer(await torii.token({ emailVerified: false }))] };
  const { policyDocument, context } = await authorizers.restAuthorizer(restAuthorizerEvent(sent));
  expect(policyDocument.Statement).toEqual([
    { Action: 'execute-api:Invoke', Effect: 'Deny', Resource: expect.stringMatching(/\/prod\/GET\/me$/) },
  ]);
  expect(context).toEqual({});
  expect(await authorizers.httpAuthorizer(httpAuthorizerEvent(sent))).toEqual({ isAuthorized: false, context: {} });
});

test('without the keys, the authorizer fails, and says neither yes nor no', async () => {
  const globex = torii.environment('globex');
  const failing = await load(globex.issuer);
  globex.fail('keys');
  const sent = { headers: [bearer(await globex.token())] };
  await expect(failing.restAuthorizer(restAuthorizerEvent(sent))).rejects.toMatchObject({ code: 'unavailable' });
  await expect(failing.httpAuthorizer(httpAuthorizerEvent(sent))).rejects.toMatchObject({ code: 'unavailable' });
});

describe('an event of another kind is an error', () => {
  const tokenEvent = () => ({
    type: 'TOKEN',
    authorizationToken: `Bearer ${token}`,
    methodArn: 'arn:aws:execute-api:x',
  });

  test.each<[string, () => unknown]>([
    ['a TOKEN authorizer', tokenEvent],
    ['payload 2.0', () => httpAuthorizerEvent(signedIn())],
    ['a request', () => restEvent(signedIn())],
    ['nothing', () => ({})],
  ])('for payload 1.0: %s', async (_what, event) => {
    await expect(authorizers.restAuthorizer(event() as never)).rejects.toThrow('payload 1.0');
  });

  test.each<[string, () => unknown]>([
    ['a TOKEN authorizer', tokenEvent],
    ['payload 1.0', () => restAuthorizerEvent(signedIn())],
    ['a request', () => httpEvent(signedIn())],
    ['nothing', () => ({})],
  ])('for payload 2.0: %s', async (_what, event) => {
    await expect(authorizers.httpAuthorizer(event() as never)).rejects.toThrow('payload 2.0');
  });
});

describe('behind the authorizer', () => {
  /** The event that API Gateway sends to the function, with the authorizer's answer. */
  const restCall = async (context?: object) => {
    const event = restEvent();
    // A REST API turns all values into text.
    const texts = Object.fromEntries(Object.entries(context ?? {}).map(([name, value]) => [name, String(value)]));
    return {
      ...event,
      requestContext: { ...event.requestContext, authorizer: context && { ...texts, principalId: 'ada' } },
    };
  };
  const httpCall = async (context?: object | null) => {
    const event = httpEvent();
    return {
      ...event,
      requestContext: { ...event.requestContext, ...(context !== undefined && { authorizer: { lambda: context } }) },
    };
  };

  test('the function knows the caller', async () => {
    const rest = await authorizers.restAuthorizer(restAuthorizerEvent(signedIn()));
    expect(callerOf((await restCall(rest.context ?? {})) as never)).toMatchObject(context);
    const http = await authorizers.httpAuthorizer(httpAuthorizerEvent(signedIn()));
    expect(callerOf((await httpCall(http.context)) as never)).toEqual(context);
  });

  test('a cached answer is refused when the token has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const soon = await torii.token({ userId: 'ada', expiresInSeconds: 60 });
    const { context } = await authorizers.httpAuthorizer(httpAuthorizerEvent({ headers: [bearer(soon)] }));
    const event = (await httpCall(context)) as never;
    vi.setSystemTime(Date.now() + 85_000);
    expect(callerOf(event)).toMatchObject({ userId: 'ada' });
    vi.setSystemTime(Date.now() + 10_000);
    expect(callerOf(event)).toBeUndefined();
  });

  test.each<[string, () => Promise<unknown>]>([
    ['no authorizer of a REST API', () => restCall()],
    ['no authorizer of an HTTP API', () => httpCall()],
    ['an authorizer without a context', () => httpCall(null)],
    ['a refused request', () => httpCall({})],
    ['a user id that is empty', () => httpCall({ ...context, expiresAt: '9999999999', userId: '' })],
    ['no end', () => httpCall({ userId: 'ada' })],
    ['an end that is not a number', () => httpCall({ userId: 'ada', expiresAt: 'never' })],
    ['another authorizer', async () => ({ requestContext: { authorizer: { jwt: { claims: { userId: 'ada' } } } } })],
    ['no context of the request', async () => ({})],
  ])('the function knows no caller: %s', async (_what, event) => {
    expect(callerOf((await event()) as never)).toBeUndefined();
  });
});

test('an ambiguous request is denied, and not answered as an error of the server', async () => {
  vi.doMock('@torii/core', async (importOriginal) => {
    const core = await importOriginal<typeof import('@torii/core')>();
    const ambiguous = () => {
      throw new core.ToriiRequestError('The request names two tenants.');
    };
    return {
      ...core,
      createVerifier: (options: VerifierOptions) => core.createVerifier({ ...options, checks: [ambiguous] }),
    };
  });
  const strict = await load(torii.issuer);
  vi.doUnmock('@torii/core');
  const { policyDocument } = await strict.restAuthorizer(restAuthorizerEvent(signedIn()));
  expect(policyDocument.Statement).toMatchObject([{ Effect: 'Deny' }]);
  expect(await strict.httpAuthorizer(httpAuthorizerEvent(signedIn()))).toEqual({ isAuthorized: false, context: {} });
});
