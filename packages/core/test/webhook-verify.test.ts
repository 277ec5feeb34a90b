import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { viewOf } from '../src/request/request-view.ts';
import { type VerifyWebhookOptions, verifyWebhook } from '../src/webhooks/index.ts';
import { isSigned, readSecrets, readSignedHeaders } from '../src/webhooks/signature.ts';
import { outcomeOf } from './outcome.ts';
import { ada, type DeliveryOptions, deliver, deliverBytes, eventWith, nextSecret, secret } from './webhook-delivery.ts';

afterEach(() => void vi.restoreAllMocks());

const verify = (delivery: Omit<VerifyWebhookOptions, 'secret'>, given: VerifyWebhookOptions['secret'] = secret) =>
  outcomeOf(verifyWebhook({ secret: given, ...delivery }));

test('returns the event of a valid delivery', async () => {
  const event = await verifyWebhook({ secret, ...deliver() });
  expect(event).toEqual({ type: 'user.created', id: 'evt_1', created_at: '2026-05-16T10:00:00Z', data: ada });
});

test.each<[string, VerifyWebhookOptions['payload']]>([
  ['text', deliver().payload],
  ['bytes', new TextEncoder().encode(deliver().payload)],
  ['a part of a larger buffer', new TextEncoder().encode(`xx${deliver().payload}`).subarray(2)],
  ['an ArrayBuffer', new TextEncoder().encode(deliver().payload).buffer],
])('accepts the body as %s', async (_name, payload) => {
  expect(await verify({ ...deliver(), payload })).toBe('accepted');
});

describe('test vectors of the Standard Webhooks reference libraries', () => {
  // From github.com/standard-webhooks/standard-webhooks, libraries/javascript/src/webhook.test.ts. The specification itself
  // contains no vector with a secret.
  const vector = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: new TextEncoder().encode('{"test": 2432232314}'),
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const other = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
  const keys = readSecrets('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const isGood = (signature: string) => {
    const headers = { 'webhook-id': vector.id, 'webhook-timestamp': vector.timestamp, 'webhook-signature': signature };
    return isSigned(vector.body, readSignedHeaders(viewOf(headers)), keys);
  };

  test('accepts the signature', async () => {
    expect(await isGood(vector.signature)).toBe(true);
  });
  test('accepts a list in which one signature is valid', async () => {
    expect(await isGood(`v1,${other} v2,${other} ${vector.signature} v1,${other}`)).toBe(true);
  });
  test.each([
    ['a list without a valid signature', `v1,${other} v2,${other}`],
    ['the signature with another version', vector.signature.replace('v1', 'v2')],
    ['an invalid signature', 'v1,dawfeoifkpqwoekfpqoekf'],
    ['a part of the signature', vector.signature.slice(0, 8)],
  ])('refuses %s', async (_name, signature) => {
    expect(await isGood(signature)).toBe(false);
  });
  test('refuses an empty signature', () => {
    expect(() => readSignedHeaders(viewOf({ ...deliver().headers, 'webhook-signature': 'v1,' }))).toThrow(
      expect.objectContaining({ reason: 'header_malformed' }),
    );
  });
});

describe('[29] the signature', () => {
  test('accepts any text signed by the reference library, and refuses it after any byte was changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (text, at, flip) => {
          const { headers, payload } = deliver({ event: eventWith({ data: { text } }) });
          expect(await verify({ headers, payload })).toBe('accepted');
          const bytes = new TextEncoder().encode(payload);
          bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
          expect(await verify({ headers, payload: bytes })).toBe('signature_invalid');
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each<[string, Record<string, string>]>([
    ['another id', { 'webhook-id': 'evt_2' }],
    ['another time', { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 1) }],
    ['only a signature of an unknown version', { 'webhook-signature': 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw' }],
    ['a signature of another length', { 'webhook-signature': `v1,${btoa('x'.repeat(31))}` }],
  ])('refuses %s', async (_name, changes) => {
    const { headers, payload } = deliver();
    expect(await verify({ headers: { ...headers, ...changes }, payload })).toBe('signature_invalid');
  });

  test('refuses the signature of another secret, and the signature of another body', async () => {
    expect(await verify(deliver({ secrets: [nextSecret] }))).toBe('signature_invalid');
    const { headers } = deliver();
    expect(await verify({ headers, payload: deliver({ event: eventWith({ type: 'user.banned' }) }).payload })).toBe(
      'signature_invalid',
    );
  });

  test('refuses JSON that was parsed and stringified again', async () => {
    const { headers } = deliver({ body: '{ "id": "evt_1", "type": "x", "data": 1.0 }' });
    expect(await verify({ headers, payload: '{"id":"evt_1","type":"x","data":1}' })).toBe('signature_invalid');
  });

  test('is compared with crypto.subtle.verify, for every listed signature', async () => {
    const compare = vi.spyOn(SubtleCrypto.prototype, 'verify');
    const wrong = `v1,${btoa('y'.repeat(32))}`;
    const { headers, payload } = deliver();
    const listed = `${wrong} ${wrong} ${headers['webhook-signature']}`;
    expect(await verify({ headers: { ...headers, 'webhook-signature': listed }, payload })).toBe('accepted');
    expect(compare).toHaveBeenCalledTimes(3);
    // Only 32 bytes are compared, whatever the length of the body.
    expect(compare.mock.calls.every(([, , , signature]) => signature.byteLength === 32)).toBe(true);
  });
});

describe('[29] a body that is overwritten during verification', () => {
  const good = deliver();
  const bytes = new TextEncoder().encode(good.payload);
  const forged = new TextEncoder().encode(good.payload.replace('ada@example.com', 'eve@example.com'));
  /** Like Node's Buffer: slice() returns a view, not a copy. */
  class LikeBuffer extends Uint8Array<ArrayBuffer> {
    override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
      return this.subarray(start, end);
    }
  }
  const later: [string, (work: () => void) => void][] = [
    ['immediately', (work) => work()],
    ['in a microtask', queueMicrotask],
    ['in a timer', (work) => setTimeout(work)],
  ];

  test.each(later)('does not affect the event if it is overwritten %s', async (_when, run) => {
    const whole = bytes.slice();
    const part = LikeBuffer.from([0, ...bytes]).subarray(1);
    const { buffer } = bytes.slice();
    for (const [payload, memory] of [
      [whole, whole],
      [part, part],
      [buffer, new Uint8Array(buffer)],
    ] as const) {
      const event = verifyWebhook({ secret, headers: good.headers, payload });
      run(() => memory.set(forged));
      await expect(event).resolves.toMatchObject({ data: ada });
    }
  });
});

describe('[29] the time', () => {
  test.each([
    ['five minutes old', 300, 'accepted'],
    ['five minutes and a second old', 301, 'timestamp_too_old'],
    ['five minutes ahead', -300, 'accepted'],
    ['five minutes and a second ahead', -301, 'timestamp_too_new'],
    ['from 1970', 1_900_000_000, 'timestamp_too_old'],
  ])('%s', async (_name, ageSeconds, outcome) => {
    vi.spyOn(Date, 'now').mockReturnValue(2_000_000_000_999);
    expect(await verify(deliver({ ageSeconds }))).toBe(outcome);
  });

  test('can be limited further by toleranceSeconds, but not extended', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(2_000_000_000_000);
    const rules = { secret, toleranceSeconds: 60 };
    expect(await outcomeOf(verifyWebhook({ ...rules, ...deliver({ ageSeconds: 60 }) }))).toBe('accepted');
    expect(await outcomeOf(verifyWebhook({ ...rules, ...deliver({ ageSeconds: 61 }) }))).toBe('timestamp_too_old');
    expect(await outcomeOf(verifyWebhook({ secret, toleranceSeconds: 301, ...deliver() }))).toBe(
      'configuration_invalid',
    );
  });
});

describe('[29] the secret', () => {
  test('can be one of two during a rotation, and either signature is accepted', async () => {
    const both = [nextSecret, secret];
    for (const secrets of [[secret], [nextSecret], both])
      expect(await verify(deliver({ secrets }), both)).toBe('accepted');
    // The sender uses both secrets, the receiver only one.
    for (const one of both) expect(await verify(deliver({ secrets: both }), one)).toBe('accepted');
  });

  test('is no longer accepted after it is removed', async () => {
    expect(await verify(deliver({ secrets: [secret] }), [nextSecret])).toBe('signature_invalid');
  });

  const of = (bytes: number) => `whsec_${btoa('k'.repeat(bytes))}`;

  test.each<[string, unknown]>([
    ['not set', undefined],
    ['null', null],
    ['empty', ''],
    ['an empty list', []],
    ['a list of undefined', [undefined]],
    ['a list that contains undefined', [secret, undefined]],
    ['only a prefix', 'whsec_'],
    ['of another kind', 'sk_live_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['without its prefix', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['a public key', `whpk_${btoa('k'.repeat(32))}`],
    ['not base64', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_'],
    ['copied with white space', `${secret}\n`],
    ['of 23 bytes', of(23)],
    ['of 65 bytes', of(65)],
    ['a number', 42],
    ['in quotes', `"${secret}"`],
    ['in single quotes', `'${secret}'`],
    ['preceded by a space', ` ${secret}`],
    ['the text undefined', 'undefined'],
    ['a list with a secret in quotes', [secret, `"${nextSecret}"`]],
  ])('is refused if it is %s, and never shown in the error', async (_name, given) => {
    const work = verifyWebhook({ ...deliver(), secret: given as string });
    const error = await work.then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ name: 'ToriiConfigError', option: 'secret' });
    expect(error?.message).not.toMatch(/MfKQ|LaSw/);
    expect(error?.message).toContain('TORII_WEBHOOK_SECRET');
  });

  test.each([24, 25, 64])('can have %i bytes, with or without padding', async (bytes) => {
    const padded = of(bytes);
    const { headers, payload } = deliver({ secrets: [padded] });
    expect(await verify({ headers, payload }, padded)).toBe('accepted');
    expect(await verify({ headers, payload }, padded.replace(/=+$/, ''))).toBe('accepted');
  });
});

describe('the headers', () => {
  test('can be Headers, a plain object in any case, pairs, a request, or an object of lists', async () => {
    const { headers, payload } = deliver();
    const entries = Object.entries(headers);
    for (const each of [
      new Headers(headers),
      Object.fromEntries(entries.map(([name, value]) => [name.toUpperCase(), value])),
      entries.map(([name, value]) => [name, value] as const),
      new Request('https://app.test', { method: 'POST', headers }),
      Object.fromEntries(entries.map(([name, value]) => [name, [value]])),
    ]) {
      expect(await verify({ headers: each, payload })).toBe('accepted');
    }
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('refuses a delivery without %s', async (name) => {
    const { headers, payload } = deliver();
    const { [name]: _left, ...rest } = headers;
    expect(await verify({ headers: rest, payload })).toBe('header_missing');
    expect(await verify({ headers: { ...headers, [name]: '' }, payload })).toBe('header_missing');
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('refuses %s twice', async (name) => {
    const { headers, payload } = deliver();
    const value = headers[name] ?? '';
    const joined = new Headers(headers);
    joined.append(name, value);
    expect(await verify({ headers: joined, payload })).toBe('header_malformed');
    expect(await verify({ headers: { ...headers, [name]: [value, value] }, payload })).toBe('header_malformed');
    const rawHeaders = [...Object.entries(headers), [name, value]].flat();
    expect(await verify({ headers: { headers, rawHeaders }, payload })).toBe('header_malformed');
  });

  test.each<[string, Record<string, string>]>([
    ['an id with a dot', { 'webhook-id': 'evt.1' }],
    ['an id with a space', { 'webhook-id': 'evt 1' }],
    ['an id that is not ASCII', { 'webhook-id': 'évt' }],
    ['an id of 129 characters', { 'webhook-id': 'x'.repeat(129) }],
    ['a time that is a word', { 'webhook-timestamp': 'hello' }],
    ['a time with a fraction', { 'webhook-timestamp': '1614265330.5' }],
    ['a time before 1970', { 'webhook-timestamp': '-1' }],
    ['a time in hexadecimal', { 'webhook-timestamp': '0x60374f32' }],
    ['a time of 1e9', { 'webhook-timestamp': '1e9' }],
    ['a time of 13 digits, in milliseconds', { 'webhook-timestamp': '1614265330000' }],
    ['a signature without a version', { 'webhook-signature': 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' }],
    [
      'seventeen signatures',
      {
        'webhook-signature': Array(17)
          .fill(`v1,${btoa('y'.repeat(32))}`)
          .join(' '),
      },
    ],
    ['a list of signatures of 5 kB', { 'webhook-signature': `v1,${'A'.repeat(5000)}` }],
  ])('refuses %s', async (_name, changes) => {
    const { headers, payload } = deliver();
    expect(await verify({ headers: { ...headers, ...changes }, payload })).toBe('header_malformed');
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['a text', 'v1,abc'],
    ['a promise', Promise.resolve({})],
    ['a function', () => ({})],
  ])('[37] that are %s are a mistake of the app, not of the sender', async (_name, headers) => {
    await expect(verifyWebhook({ secret, headers: headers as never, payload: '' })).rejects.toMatchObject({
      code: 'configuration_invalid',
      option: 'headers',
    });
  });
});

describe('the body', () => {
  test('can have maxBytes bytes, but not one more', async () => {
    const { headers, payload } = deliver({ event: eventWith({ data: 'é' }) });
    const bytes = new TextEncoder().encode(payload).length;
    const limited = (maxBytes: number) => outcomeOf(verifyWebhook({ secret, headers, payload, maxBytes }));
    expect([await limited(bytes), await limited(bytes - 1)]).toEqual(['accepted', 'payload_too_large']);
  });

  test('of 10 MB is refused without being hashed', async () => {
    const hash = vi.spyOn(SubtleCrypto.prototype, 'sign');
    const { headers } = deliver();
    expect(await verify({ headers, payload: 'x'.repeat(10_000_000) })).toBe('payload_too_large');
    expect(hash).not.toHaveBeenCalled();
  });

  test('is not parsed before its signature is verified', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    const { headers, payload } = deliver();
    await verify({ headers, payload: `${payload} ` });
    expect(parse).not.toHaveBeenCalled();
  });

  test.each<[string, DeliveryOptions]>([
    ['empty', { body: '' }],
    ['not JSON', { body: 'hello' }],
    ['an incomplete object', { body: '{"type":"user.created"' }],
    ['a list', { body: '[]' }],
    ['null', { body: 'null' }],
    ['a text', { body: '"user.created"' }],
    ['an event without a type', { event: { id: 'evt_1', data: {} } }],
    ['an event with an empty type', { event: eventWith({ type: '' }) }],
    ['an event with a type that is not a string', { event: eventWith({ type: ['user.created'] }) }],
    ['an event without data', { event: { id: 'evt_1', type: 'user.created' } }],
    ['an event with an invalid time', { event: eventWith({ created_at: 'yesterday' }) }],
    ['an event with a time that is a number', { event: eventWith({ created_at: 1 }) }],
    ['an event on the 45th of May', { event: eventWith({ created_at: '2026-05-45T10:00:00Z' }) }],
    ['the body of the reference vectors', { body: '{"test": 2432232314}' }],
  ])('is refused if it is %s', async (_name, options) => {
    expect(await verify(deliver(options))).toBe('payload_malformed');
  });

  test.each([
    ['Latin 1', Uint8Array.from('{"type":"x","data":"é"}', (letter) => letter.charCodeAt(0))],
    ['UTF-16', Uint8Array.from([...'{"type":"x","data":1}'].flatMap((letter) => [letter.charCodeAt(0), 0]))],
  ])('in %s is refused', async (_name, bytes) => {
    const error = await verifyWebhook({ secret, ...(await deliverBytes(bytes)) }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'ToriiWebhookError', reason: 'payload_malformed' });
  });

  test('that was parsed is a configuration error', async () => {
    const { headers, payload } = deliver();
    for (const parsed of [JSON.parse(payload), undefined, 42]) {
      await expect(verifyWebhook({ secret, headers, payload: parsed })).rejects.toMatchObject({
        name: 'ToriiConfigError',
        option: 'payload',
      });
    }
  });
});

describe('the event', () => {
  test('has the id of the header, and is refused if its own id differs', async () => {
    const { id: _id, ...anonymous } = eventWith() as { id: string };
    await expect(verifyWebhook({ secret, ...deliver({ event: anonymous }) })).resolves.toMatchObject({ id: 'evt_1' });
    expect(await verify(deliver({ event: eventWith({ id: 'evt_2' }) }))).toBe('id_mismatch');
    expect(await verify(deliver({ event: eventWith({ id: null }) }))).toBe('id_mismatch');
    expect(await verify(deliver({ event: eventWith({ id: ['evt_1'] }) }))).toBe('id_mismatch');
  });

  test('has the time of the header if the body has none', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 10, 22, 12, 0, 0));
    const event = { type: 'user.created', data: {} };
    await expect(verifyWebhook({ secret, ...deliver({ event }) })).resolves.toMatchObject({
      created_at: '2026-11-22T12:00:00.000Z',
    });
  });

  test('can have an unknown type', async () => {
    const event = eventWith({ type: 'organization.created', data: null });
    await expect(verifyWebhook({ secret, ...deliver({ event }) })).resolves.toMatchObject({
      type: 'organization.created',
      data: null,
    });
  });

  test('ignores members of a polluted prototype', async () => {
    Object.assign(Object.prototype, { data: 'polluted', id: 'evt_polluted' });
    try {
      expect(await verify(deliver({ event: { type: 'user.created' } }))).toBe('payload_malformed');
      const body = '{"type":"user.created","__proto__":{"data":1}}';
      expect(await verify(deliver({ body }))).toBe('payload_malformed');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'data');
      Reflect.deleteProperty(Object.prototype, 'id');
    }
  });
});

test('refuses unknown options', async () => {
  const typo = { secret, ...deliver(), tolerance: 5 };
  await expect(verifyWebhook(typo)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'tolerance' });
  await expect(verifyWebhook(undefined as never)).rejects.toMatchObject({ name: 'ToriiConfigError' });
});

test('[16] errors contain neither the secret, a signature nor the delivered body', async () => {
  const bad = [
    deliver({ secrets: [nextSecret] }),
    deliver({ body: 'private-bytes' }),
    deliver({ event: eventWith({ id: 'private-bytes' }) }),
    { ...deliver(), headers: { ...deliver().headers, 'webhook-id': 'private bytes' } },
    deliver({ ageSeconds: 400 }),
  ];
  for (const delivery of bad) {
    const error: unknown = await verifyWebhook({ secret, ...delivery }).catch((thrown: unknown) => thrown);
    const { message, cause, stack } = error as Error;
    const shown = JSON.stringify([error, message, String(cause), stack]);
    expect(shown).not.toMatch(/whsec_|MfKQ|v1,|private.bytes/);
  }
});

test('the reference library accepts the deliveries of these tests', () => {
  const { headers, payload } = deliver();
  expect(new Webhook(secret).verify(payload, headers)).toMatchObject({ type: 'user.created' });
});
