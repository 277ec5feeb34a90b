/** The tests of an app under Jest, as CommonJS. `load` gives the exports of a package, or a promise of them. */
export const jestCases: string = `
const { createHmac, generateKeyPairSync, sign } = require('node:crypto');
const express = require('express');
const request = require('supertest');

module.exports = (jest, load) => {
  const issuer = 'https://acme.torii.test';
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'known', alg: 'ES256', use: 'sig' }] };
  const fetchKeys = async () => Response.json(keys);
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  function mint({ kid = 'known', ...claims } = {}) {
    const iat = Math.floor(Date.now() / 1000);
    const body = { iss: issuer, sub: 'user_1', pid: 'env_1', iat, exp: iat + 300, ...claims };
    const signed = encode({ alg: 'ES256', kid }) + '.' + encode(body);
    const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' };
    return signed + '.' + sign('sha256', Buffer.from(signed), key).toString('base64url');
  }

  afterEach(() => jest.useRealTimers());

  test('guards an Express app', async () => {
    const { getAuth, requireAuth } = await load('@torii/express');
    const app = express().use(requireAuth({ issuer, fetch: fetchKeys }));
    app.get('/me', (req, res) => res.json({ userId: getAuth(req).userId }));
    const ask = (token) => request(app).get('/me').set('authorization', 'Bearer ' + token);
    expect((await request(app).get('/me')).status).toBe(401);
    expect((await ask(mint({ exp: 1 }))).status).toBe(401);
    expect((await ask(mint())).body).toEqual({ userId: 'user_1' });
  });

  const now = Date.now();
  test.each([{ now }, { now, legacyFakeTimers: true }, { now, doNotFake: ['performance'] }, { now, doNotFake: ['nextTick'] }])(
    'does not hang with the fake timers %j',
    async (options) => {
      const { createVerifier } = await load('@torii/core');
      jest.useFakeTimers(options);
      const torii = createVerifier({ issuer, fetch: fetchKeys });
      for (const kid of ['one', 'two', 'three']) {
        await expect(torii.verify(mint({ kid }))).rejects.toMatchObject({ reason: 'key_unknown' });
      }
      expect(await torii.verify(mint())).toMatchObject({ userId: 'user_1' });
    },
  );

  test('expires tokens by the fake time, with errors of our classes', async () => {
    const { createVerifier, ToriiAuthError, ToriiError } = await load('@torii/core');
    jest.useFakeTimers();
    const torii = createVerifier({ issuer, fetch: fetchKeys });
    const token = mint();
    expect((await torii.verify(token)).userId).toBe('user_1');
    jest.setSystemTime(Date.now() + 3_600_000);
    await expect(torii.verify(token)).rejects.toBeInstanceOf(ToriiAuthError);
    await expect(torii.verify(token)).rejects.toThrow(ToriiError);
    await expect(torii.verify(token)).rejects.toThrow(Error);
  });

  test('repeats calls of the API while the clock stands, and fails with the status of an answer', async () => {
    const { createToriiClient, ToriiApiError } = await load('@torii/api');
    jest.useFakeTimers();
    const answers = [503, 503, 404];
    const fetch = async () => Response.json({ title: 'No.' }, { status: answers.shift() });
    const client = createToriiClient({ secretKey: 'sk_test_jest', fetch });
    const error = await client.users.get('ada').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ToriiApiError);
    expect([error.status, answers.length]).toEqual([404, 0]);
  });

  test('reads webhook bodies of every kind', async () => {
    const { createWebhookReceiver } = await load('@torii/core/webhooks');
    const raw = Buffer.alloc(32, 7);
    const receiver = createWebhookReceiver({ secret: 'whsec_' + raw.toString('base64') });
    const body = Buffer.from(JSON.stringify({ id: 'evt_1', type: 'other', created_at: '2026-05-16T10:00:00Z', data: {} }));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', raw).update('evt_1.' + timestamp + '.').update(body).digest('base64');
    const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': timestamp, 'webhook-signature': 'v1,' + signature };
    const bytes = new Uint8Array(body);
    for (const payload of [body, bytes, bytes.buffer, body.toString(), new Response(bytes).body]) {
      expect(await receiver.receive({ headers, payload }, () => {})).toMatchObject({ status: 200 });
    }
    const forged = { ...headers, 'webhook-signature': 'v1,' + Buffer.alloc(32).toString('base64') };
    expect(await receiver.receive({ headers: forged, payload: body }, () => {})).toMatchObject({ status: 400 });
  });

  test('works with the emulator, also with fake timers', async () => {
    const { startEmulator } = await load('@torii/emulator');
    const { createToriiClient } = await load('@torii/api');
    const { createVerifier } = await load('@torii/core');
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    const emulator = await startEmulator();
    const seen = [];
    try {
      const client = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl });
      await client.users.create({ email: 'ada@example.com' });
      seen.push(await client.users.create({ email: 'ada@example.com' }).catch(({ status, code }) => status + ' ' + code));
      emulator.fail('api', { times: 1 });
      seen.push((await client.users.list()).items.length);
      const torii = createVerifier({ issuer: emulator.issuer });
      const token = await emulator.token({ userId: 'ada', expiresInSeconds: 60 });
      seen.push((await torii.verify(token)).userId);
      jest.setSystemTime(Date.now() + 3_600_000);
      seen.push(await torii.verify(token).catch(({ reason }) => reason));
    } finally {
      await emulator.stop();
    }
    jest.useRealTimers();
    expect(seen).toEqual(['409 email_taken', 1, 'ada', 'token_expired']);
  });

  test('a second copy of core has separate classes and keys, and agrees on what an error is', async () => {
    const first = await load('@torii/core');
    jest.resetModules();
    const second = await load('@torii/core');
    expect(second).not.toBe(first);
    let fetches = 0;
    const fetch = async () => {
      fetches += 1;
      return Response.json(keys);
    };
    for (const core of [first, second]) await core.createVerifier({ issuer, fetch }).verify(mint());
    expect(fetches).toBe(2);
    const error = await second.createVerifier({ issuer, fetch }).verify('no token').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(first.ToriiAuthError);
    expect(error).toBeInstanceOf(second.ToriiAuthError);
    const auth = await second.createVerifier({ issuer, fetch }).verify(mint());
    expect(first.isAuth(auth)).toBe(true);
  });
};
`;
