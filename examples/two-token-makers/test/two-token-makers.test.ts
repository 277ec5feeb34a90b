import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startEmulator } from '@torii/emulator';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { startProvider } from '../src/provider.ts';
import { type Step, steps } from '../src/verifier.ts';

const origin = 'https://app.example.com';
const torii = await startEmulator();
const provider = await startProvider(origin);
const accounts = [
  { id: 'account-1', providerUserId: 'user_ada', toriiUserId: 'ada' },
  // At the other provider, this user has the id that ada has at Torii.
  { id: 'account-2', providerUserId: 'ada', toriiUserId: null },
];
const servers = await Promise.all(steps.map(start));
afterAll(async () => {
  for (const { server } of servers) await new Promise((resolve) => server.close(resolve));
  await provider.stop();
  await torii.stop();
});

async function start(step: Step): Promise<{ readonly step: Step; readonly server: Server; readonly url: string }> {
  const server = createServer(createApp({ step, torii: torii.issuer, provider: { ...provider, origin } }, accounts));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { step, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function ask(step: Step, headers: Record<string, string>, method = 'GET'): Promise<string> {
  const response = await fetch(`${urlOf(step)}/me`, { method, headers });
  const body = (await response.json()) as { account?: string; error?: string | { reason?: string } };
  return body.account ?? (typeof body.error === 'string' ? body.error : body.error?.reason) ?? String(response.status);
}

const urlOf = (step: Step) => servers.find((each) => each.step === step)?.url ?? '';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const counts = async (step: Step) => (await fetch(`${urlOf(step)}/counts`)).json();

describe('the steps', () => {
  test('observe: the provider decides, and the counts show what the list would change', async () => {
    expect(await ask('observe', bearer(await provider.token()))).toBe('account-1');
    expect(await ask('observe', bearer(await torii.token({ userId: 'ada' })))).toBe('algorithm_refused');
    await vi.waitFor(async () =>
      expect(await counts('observe')).toEqual({
        verified: { torii: 0, provider: 1 },
        observed: { agreed: 1, disagreed: 1, not_observed: 0 },
      }),
    );
  });

  test('both: tokens of both are accepted, and the counts show who is left', async () => {
    expect(await ask('both', bearer(await provider.token()))).toBe('account-1');
    expect(await ask('both', bearer(await torii.token({ userId: 'ada' })))).toBe('account-1');
    await vi.waitFor(async () =>
      expect(await counts('both')).toEqual({
        verified: { torii: 1, provider: 1 },
        observed: { agreed: 1, disagreed: 1, not_observed: 0 },
      }),
    );
  });

  test('torii: tokens of the provider are refused', async () => {
    expect(await ask('torii', bearer(await torii.token({ userId: 'ada' })))).toBe('account-1');
    expect(await ask('torii', bearer(await provider.token()))).toBe('algorithm_refused');
  });
});

describe('while both are accepted', () => {
  test('[5] an id of one provider is not an id of the other', async () => {
    expect(await ask('both', bearer(await provider.token({ sub: 'ada' })))).toBe('account-2');
    expect(await ask('both', bearer(await torii.token({ userId: 'user_ada' })))).toBe(
      'There is no account for this user.',
    );
  });

  test.each([
    ['for another app', { azp: 'https://evil.example' }],
    ['without the app', { azp: undefined }],
    ['of an unfinished sign-in', { sts: 'pending' }],
  ])('refuses a token of the provider %s', async (_name, claims) => {
    expect(await ask('both', bearer(await provider.token(claims)))).toBe('not_allowed');
  });

  test('[14] reads the cookie of the provider only without an Authorization header, and from pages of the app', async () => {
    const cookie = `__session=${await provider.token()}`;
    expect(await ask('both', { cookie })).toBe('account-1');
    expect(await ask('both', { cookie, authorization: 'Bearer a.b.c' })).toBe('token_malformed');
    expect(await ask('both', { cookie, origin: 'https://evil.example' }, 'POST')).toBe('token_missing');
    expect(await ask('both', { cookie: `__session=${await torii.token()}` })).toBe('issuer_refused');
  });
});
