import { once } from 'node:events';
import { inspect } from 'node:util';
import { createVerifier } from '@torii/core';
import { startEmulator } from '@torii/emulator';
import fc from 'fast-check';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, expect, test, vi } from 'vitest';
import { createStreamSigner, isStreamPattern, type StreamEvent, verifyStreamToken } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';

const pair = makeKeyPair();
const events: StreamEvent[] = [];
const onEvent = (event: StreamEvent) => void events.push(event);
const signer = createStreamSigner({ privateKey: pair.privatePem, issuer: 'my-app', onEvent });
const request = { subject: 'ada', allowedStreams: ['chat_*'], ttlSeconds: 300 };

afterEach(() => {
  events.length = 0;
  vi.useRealTimers();
});

test('mints exactly the header and claims that the gateway needs', async () => {
  vi.useFakeTimers({ now: 1_800_000_000_900, toFake: ['Date'] });
  const { token, expiresAt } = await signer.issue(request);
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.stringMatching(/^[\w-]{43}$/) });
  expect(decodeJwt(token)).toEqual({
    iss: 'my-app',
    sub: 'ada',
    allowed_streams: ['chat_*'],
    iat: 1_800_000_000,
    exp: 1_800_000_300,
  });
  expect(expiresAt).toBe(1_800_000_300);
});

test('adds no `iss` without the option `issuer`', async () => {
  const { token } = await createStreamSigner({ privateKey: pair.privatePem }).issue(request);
  expect(decodeJwt(token)).not.toHaveProperty('iss');
});

test('adds extra claims', async () => {
  const { token } = await signer.issue({ ...request, claims: { room: { id: 7 }, aud: 'cable' } });
  expect(decodeJwt(token)).toMatchObject({ room: { id: 7 }, aud: 'cable', sub: 'ada' });
});

test.each(['sub', 'iss', 'iat', 'exp', 'nbf', 'jti', 'allowed_streams'])(
  'refuses the extra claim %s (statement 28)',
  async (name) => {
    for (const value of ['root', undefined, null, 0]) {
      const issued = signer.issue({ ...request, claims: { [name]: value } });
      if (value === undefined) expect(decodeJwt((await issued).token).sub).toBe('ada');
      else
        await expect(issued).rejects.toMatchObject({
          reason: 'claims_invalid',
          message: expect.stringContaining(name),
        });
    }
    const disguised = { toJSON: () => ({ [name]: 'root' }) };
    await expect(signer.issue({ ...request, claims: disguised })).rejects.toMatchObject({ reason: 'claims_invalid' });
  },
);

test.each([
  ['a list', []],
  ['a text', 'sub'],
  ['null', null],
  [
    'a circular object',
    (() => {
      const circle: Record<string, unknown> = {};
      circle['circle'] = circle;
      return circle;
    })(),
  ],
  ['a value that JSON cannot hold', { big: 1n }],
])('refuses as claims: %s', async (_kind, claims) => {
  await expect(signer.issue({ ...request, claims: claims as never })).rejects.toMatchObject({
    reason: 'claims_invalid',
  });
});

test.each([0, -1, 0.5, 86_401, Number.POSITIVE_INFINITY, Number.NaN, '60', undefined, null])(
  'refuses a lifetime of %s (statement 28)',
  async (ttlSeconds) => {
    await expect(signer.issue({ ...request, ttlSeconds: ttlSeconds as number })).rejects.toMatchObject({
      reason: 'lifetime_invalid',
      message: expect.stringContaining('ttlSeconds'),
    });
  },
);

test('accepts any whole number of seconds from 1 to a day as lifetime (statement 28)', async () => {
  for (const ttlSeconds of [1, 59, 60, 86_400]) {
    const { iat = 0, exp } = decodeJwt((await signer.issue({ ...request, ttlSeconds })).token);
    expect(exp).toBe(iat + ttlSeconds);
  }
});

test('reports a lifetime under a minute, once per token', async () => {
  await signer.issue({ ...request, ttlSeconds: 60 });
  expect(events.map(({ type }) => type)).toEqual(['issued']);
  await signer.issue({ ...request, ttlSeconds: 59 });
  expect(events).toContainEqual({ type: 'lifetime_short', ttlSeconds: 59 });
});

test('refuses a lifetime above maxTtlSeconds', async () => {
  const short = createStreamSigner({ privateKey: pair.privatePem, maxTtlSeconds: 600 });
  await expect(short.issue({ ...request, ttlSeconds: 601 })).rejects.toMatchObject({ reason: 'lifetime_invalid' });
  await short.issue({ ...request, ttlSeconds: 600 });
});

test.each([
  ['no list', undefined],
  ['a text', 'chat_*'],
  ['an empty list', []],
  ['10,000 streams', Array.from({ length: 10_000 }, (_, n) => `chat_${n}`)],
  ['more than fit in a URL', Array.from({ length: 900 }, (_, n) => `chat_room_${n}`)],
  ['a hole', new Array(1)],
  ['a dot', ['a', 'chat.room']],
  ['a wildcard in the middle', ['chat_*_1']],
  ['an empty one', ['']],
  ['a line break', ['chat\n']],
  ['a number', [7]],
])('refuses streams: %s (statement 28)', async (_kind, allowedStreams) => {
  await expect(signer.issue({ ...request, allowedStreams: allowedStreams as string[] })).rejects.toMatchObject({
    reason: 'streams_invalid',
    message: expect.not.stringContaining('chat.room'),
  });
});

test('signs a stream only if it follows the grammar (statement 28)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('a', '_', ':', '-', '*', '.', ' ', '\n'), maxLength: 4 }),
      async (text) => {
        const outcome = await signer.issue({ ...request, allowedStreams: ['ok', text] }).then(
          () => true,
          () => false,
        );
        expect(outcome).toBe(isStreamPattern(text));
      },
    ),
  );
});

test.each([
  ...[
    '',
    '  ',
    undefined,
    null,
    7,
    ['ada'],
    '\u200b',
    '\u2060\ufeff',
    '\u0000',
    'a\u0000',
    'a\nb',
    '\ud800',
    'x'.repeat(1_001),
  ],
])('refuses the subject %j', async (subject) => {
  await expect(signer.issue({ ...request, subject: subject as string })).rejects.toMatchObject({
    reason: 'subject_invalid',
  });
});

test('mints for an Auth of a verifier, and not for a copy of it', async () => {
  await using torii = await startEmulator();
  const verifier = createVerifier({ issuer: torii.issuer });
  const auth = await verifier.verify(await torii.token({ userId: 'user_1' }));
  const { token } = await signer.issueFor(auth, { allowedStreams: ['chat_*'], ttlSeconds: 300 });
  expect((await verifyStreamToken(token, { publicKey: signer.publicKey })).subject).toBe('user_1');

  const copy = { ...auth, userId: 'root' };
  const grant = { allowedStreams: ['*'], ttlSeconds: 300, subject: 'root' };
  await expect(signer.issueFor(copy, grant)).rejects.toMatchObject({ reason: 'subject_invalid' });
  const claims = decodeJwt((await signer.issueFor(auth, grant)).token);
  expect(claims.sub).toBe('user_1');
});

test('refuses a token that is too long, and names the part that is', async () => {
  const claims = { notes: 'x'.repeat(5_500) };
  await expect(signer.issue({ ...request, claims })).rejects.toMatchObject({ reason: 'claims_invalid' });
  const allowedStreams = ['x'.repeat(5_500)];
  await expect(signer.issue({ ...request, allowedStreams })).rejects.toMatchObject({ reason: 'streams_invalid' });
  // With the other claims, this is just below the limit of 5,500 bytes.
  await signer.issue({ ...request, claims: { notes: 'x'.repeat(5_300) } });
});

test('refuses a user whose own token has expired', async () => {
  await using torii = await startEmulator();
  const verifier = createVerifier({ issuer: torii.issuer });
  const auth = await verifier.verify(await torii.token({ userId: 'user_1' }));
  const grant = { allowedStreams: ['chat_*'], ttlSeconds: 300 };
  vi.useFakeTimers({ now: auth.expiresAt * 1000 - 1, toFake: ['Date'] });
  await signer.issueFor(auth, grant);
  vi.setSystemTime(auth.expiresAt * 1000);
  await expect(signer.issueFor(auth, grant)).rejects.toMatchObject({
    code: 'authentication_failed',
    reason: 'token_expired',
  });
});

test('mints for an impersonated user only with `audit`, and names the impersonator (statement 27)', async () => {
  await using torii = await startEmulator();
  const verifier = createVerifier({ issuer: torii.issuer });
  const grant = { allowedStreams: ['chat_*'], ttlSeconds: 300 };
  const auditing = createStreamSigner({ privateKey: pair.privatePem, impersonation: 'audit', onEvent });
  const impersonated = [
    {
      auth: await verifier.verify(await torii.token({ claims: { act: { sub: 'admin_1' } } })),
      act: { sub: 'admin_1' },
    },
    { auth: await verifier.verify(await torii.token({ impersonating: true })), act: undefined },
  ];
  for (const { auth, act } of impersonated) {
    expect(auth.impersonating).toBe(true);
    await expect(signer.issueFor(auth, grant)).rejects.toMatchObject({ code: 'forbidden', reason: 'not_allowed' });
    const { token } = await auditing.issueFor(auth, { ...grant, claims: act && { act: { sub: 'nobody' } } });
    expect(decodeJwt(token)['act']).toEqual(act);
    const actorId = act?.sub ?? null;
    expect(events).toContainEqual({ type: 'impersonated', userId: auth.userId, actorId });
  }
});

test('shows no secret in events or when inspected', async () => {
  const { token } = await signer.issue({ ...request, ttlSeconds: 1 });
  const output = JSON.stringify(events) + inspect(signer, { depth: 9, showHidden: true });
  expect(output).not.toContain(token);
  expect(output).not.toMatch(/eyJ|PRIVATE/);
});

test('mints a token even if the listener fails', async () => {
  const listener = async () => Promise.reject(new Error('the log is full'));
  const { issue } = createStreamSigner({ privateKey: pair.privatePem, onEvent: listener });
  await issue(request);
  await once(process, 'nothing', { signal: AbortSignal.timeout(20) }).catch(() => {});
});

test.each([
  ['an empty issuer', { issuer: '' }, 'issuer'],
  ['an empty gatewayUrl', { gatewayUrl: '' }, 'gatewayUrl'],
  ['a gatewayUrl without a scheme', { gatewayUrl: 'cable.example.com' }, 'gatewayUrl'],
  ['a gatewayUrl with a password', { gatewayUrl: 'https://ada:secret@cable.example.com' }, 'gatewayUrl'],
  ['a maxTtlSeconds above a day', { maxTtlSeconds: 86_401 }, 'maxTtlSeconds'],
  ['a drainTtlSeconds of 0', { drainTtlSeconds: 0 }, 'drainTtlSeconds'],
  ['a listener that is not a function', { onEvent: 'log' }, 'onEvent'],
  ['a fetch that is not a function', { fetch: true }, 'fetch'],
  ['an undefined impersonation', { impersonation: undefined }, 'impersonation'],
  ['an unknown impersonation', { impersonation: 'allow' }, 'impersonation'],
  ['impersonation without a listener', { impersonation: 'audit' }, 'onEvent'],
  ['an unknown option', { ttl: 60 }, 'ttl'],
  ['an empty nextPrivateKey', { nextPrivateKey: '' }, 'nextPrivateKey'],
  [
    'the same key twice',
    { nextPrivateKey: pair.privatePem, gatewayUrl: 'https://cable.example.com' },
    'nextPrivateKey',
  ],
  ['a nextPrivateKey without a gatewayUrl', { nextPrivateKey: makeKeyPair().privatePem }, 'gatewayUrl'],
])('refuses %s', (_kind, options, option) => {
  const make = () => createStreamSigner({ privateKey: pair.privatePem, ...(options as object) });
  expect(make).toThrow(expect.objectContaining({ code: 'configuration_invalid', option }));
});
