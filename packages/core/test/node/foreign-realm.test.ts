// Not part of the tests for edge runtimes, which cannot create a realm.
import { describe, expect, test, vi } from 'vitest';
import { inForeignRealm, toForeignRealm } from '../../../../scripts/foreign-realm.ts';
import { answerFor, createGuards, isError } from '../../src/adapter.ts';
import {
  type Check,
  createVerifier,
  Patch,
  type RequestLike,
  type RevocationSource,
  ToriiAuthError,
  ToriiError,
} from '../../src/index.ts';
import { createJwtVerifier } from '../../src/jwt/index.ts';
import { createWebhookReceiver, findPayload, ToriiConfigError, verifyWebhook } from '../../src/webhooks/index.ts';
import { bytes, secret as sharedSecret, sign } from '../jwt-mint.ts';
import { issuer, makeKey, mint } from '../mint.ts';
import { outcomeOf } from '../outcome.ts';
import { deliver, secret } from '../webhook-delivery.ts';

const key = await makeKey();
const token = await mint(key);
const verifier = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });

describe('an error', () => {
  test.each<[string, unknown]>([
    ['of this realm', new TypeError('x')],
    ['of another realm', inForeignRealm("new TypeError('x')")],
    ['of a class of another realm', inForeignRealm("new (class Lost extends Error {})('x')")],
    ['that is an AggregateError of another realm', inForeignRealm("new AggregateError([], 'x')")],
    ['of ours', new ToriiAuthError('token_missing', 'x')],
    ['that is frozen', Object.freeze(new Error('x'))],
    ['that is a DOMException', new DOMException('x', 'AbortError')],
    ['behind a proxy', new Proxy(new Error('x'), {})],
  ])('is recognized: %s', (_name, value) => {
    expect(isError(value)).toBe(true);
  });

  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'Error: x'],
    ['an object with the fields of an error', { name: 'Error', message: 'x', stack: 'Error: x' }],
    ['an object without a prototype', Object.assign(Object.create(null), { message: 'x', stack: 'x' })],
    ['such an object of another realm', toForeignRealm({ name: 'Error', message: 'x', stack: 'Error: x' })],
    ['a revoked proxy', revoked.proxy],
    ['the class Error', Error],
  ])('is not: %s', (_name, value) => {
    expect(isError(value)).toBe(false);
  });
});

describe('a verifier', () => {
  test('takes options of another realm, and refuses as strictly', async () => {
    const options = { issuer: [issuer], environmentId: ['env_1'], keys: { keys: [key.publicJwk] } };
    const foreign = createVerifier<object>(toForeignRealm(options));
    expect(await foreign.verify(token)).toMatchObject({ userId: 'user_1' });
    await expect(foreign.verify(await mint(key, { pid: 'env_2' }))).rejects.toMatchObject({
      reason: 'environment_refused',
    });
    expect(() => createVerifier(toForeignRealm({ ...options, isuer: 'x' }))).toThrow(/isuer/);
    expect(() => createVerifier(inForeignRealm<never>("({ issuer: [], environmentId: 'x' })"))).toThrow(/issuer/);
  });

  test.each<[string, unknown]>([
    ['a plain object', toForeignRealm({ headers: { authorization: `Bearer ${token}` } })],
    ['a list of values', toForeignRealm({ headers: { authorization: [`Bearer ${token}`] } })],
    ['a Map', inForeignRealm("({ headers: new Map([['authorization', value]]) })", { value: `Bearer ${token}` })],
    ['pairs', toForeignRealm([['authorization', `Bearer ${token}`]])],
  ])('reads a request of another realm: %s', async (_name, request) => {
    expect(await verifier.authenticate(request as RequestLike)).toMatchObject({ userId: 'user_1' });
  });

  test.each<[string, unknown]>([
    ['a list', toForeignRealm({ headers: { authorization: [`Bearer ${token}`, `Bearer ${token}`] } })],
    [
      'rawHeaders',
      toForeignRealm({
        headers: { authorization: `Bearer ${token}` },
        rawHeaders: ['Authorization', `Bearer ${token}`, 'authorization', 'Bearer x'],
      }),
    ],
  ])('[13] refuses two headers of another realm: %s', async (_name, request) => {
    await expect(verifier.authenticate(request as RequestLike)).rejects.toMatchObject({ reason: 'header_malformed' });
  });

  test.each<[string, Check]>([
    ['a Boolean object', () => inForeignRealm('new Boolean(true)')],
    ['an object', () => toForeignRealm({ message: 'x' }) as never],
    ['a promise of 1', () => inForeignRealm('Promise.resolve(1)')],
  ])('[27] refuses if a check returns %s of another realm', async (_name, check) => {
    const checked = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, checks: [check] });
    await expect(checked.verify(token)).rejects.toMatchObject({ reason: 'not_allowed' });
  });

  test.each<[string, string, string]>([
    ['accepts', "({ check: () => 'accepted' })", 'accepted'],
    ['revokes', "({ check: () => 'revoked' })", 'token_revoked'],
    ['revokes later', "({ check: async () => 'revoked' })", 'token_revoked'],
    ['accepts later', "({ check: () => Promise.resolve('accepted') })", 'accepted'],
    ['answers with an object', "({ check: () => new String('accepted') })", 'revocations_unavailable'],
    ['fails', "({ check: () => { throw new TypeError('lost') } })", 'revocations_unavailable'],
    ['fails later', "({ check: () => Promise.reject(new TypeError('lost')) })", 'revocations_unavailable'],
  ])('[40] asks a source of revocations of another realm, which %s', async (_name, code, outcome) => {
    const source: RevocationSource = inForeignRealm(`Object.assign(${code}, value)`, {
      value: { issuer, environmentId: 'env_1', maxTokenSeconds: 3600 },
    });
    const revocable = createVerifier({ issuer, keys: { keys: [key.publicJwk] }, revocations: source });
    expect(await outcomeOf(revocable.verify(token))).toBe(outcome);
    expect(await outcomeOf(revocable.verify(token))).toBe(outcome);
  });

  test('[12] answers 503 if `fetch` fails with an error of another realm', async () => {
    const fetch = () => Promise.reject(inForeignRealm("new TypeError('lost')"));
    await expect(createVerifier({ issuer, fetch }).verify(token)).rejects.toMatchObject({ reason: 'keys_unavailable' });
  });

  test('[18] a guard passes an error of another realm on unchanged', async () => {
    const failure: object = inForeignRealm("new TypeError('store')");
    const check: Check = () => Promise.reject(failure);
    const guards = createGuards<{ auth?: unknown }, (request: { auth?: unknown }) => Promise<unknown>>({
      place: 'auth',
      describe: () => ({ headers: { authorization: `Bearer ${token}` } }),
      read: ({ auth }) => auth,
      write: (request, auth) => void Object.assign(request, { auth }),
      toMiddleware: (guard) => (request) => {
        const next = vi.fn();
        return guard<unknown>(request, {
          pass: () => 'passed',
          answer: () => 'answered',
          fail: (error) => next(error) ?? error,
        });
      },
    });
    const guard = guards.requireAuth({ issuer, keys: { keys: [key.publicJwk] }, checks: [check] });
    expect(await guard({})).toBe(failure);
  });
});

describe('the secret of a JWT verifier', () => {
  const create = (value: unknown) => createJwtVerifier({ secret: value as Uint8Array, algorithms: ['HS256'] });

  test('may be bytes of another realm', async () => {
    const jwt = create(toForeignRealm(bytes(sharedSecret)));
    expect(await jwt.verify(await sign('HS256', bytes(sharedSecret)))).toMatchObject({ userId: 'ada' });
    await expect(jwt.verify(await sign('HS256', bytes(`${sharedSecret}!`)))).rejects.toMatchObject({
      reason: 'signature_invalid',
    });
  });

  test.each<[string, unknown]>([
    ['too few bytes of another realm', toForeignRealm(bytes('too short'))],
    ['no bytes', toForeignRealm(new Uint8Array(0))],
    ['an object with a length', { length: 64 }],
    ['an object that names itself bytes', { length: 64, byteLength: 64, [Symbol.toStringTag]: 'Uint8Array' }],
    ['numbers', Array.from({ length: 64 }, () => 1)],
    ['a proxy of bytes', new Proxy(bytes(sharedSecret), {})],
  ])('is not %s', (_name, value) => {
    expect(() => create(value)).toThrow(/`secret`/);
  });
});

describe('the body of a webhook', () => {
  const { headers, payload } = deliver();
  const foreignBytes = () => toForeignRealm(bytes(payload));

  test.each<[string, () => unknown]>([
    ['bytes', foreignBytes],
    [
      'a part of a buffer',
      () => inForeignRealm('Uint8Array.from([0, ...bytes, 0]).subarray(1, -1)', { bytes: bytes(payload) }),
    ],
    ['an ArrayBuffer', () => foreignBytes().buffer],
  ])('may be of another realm: %s', async (_name, make) => {
    expect(await verifyWebhook({ secret, headers, payload: make() as Uint8Array })).toMatchObject({ id: 'evt_1' });
    const changed = make() as Uint8Array;
    new Uint8Array(ArrayBuffer.isView(changed) ? changed.buffer : changed).fill(0, 9, 10);
    await expect(verifyWebhook({ secret, headers, payload: changed })).rejects.toMatchObject({
      reason: 'signature_invalid',
    });
  });

  test('may be a stream of another realm, and chunks of another realm', async () => {
    const receiver = createWebhookReceiver({ secret });
    const stream = inForeignRealm<AsyncIterable<Uint8Array>>('(async function* () { yield bytes; })()', {
      bytes: foreignBytes(),
    });
    expect(await receiver.receive({ headers, payload: stream }, () => {})).toMatchObject({ status: 200 });
  });

  test.each<[string, () => unknown]>([
    ['bytes', foreignBytes],
    ['an ArrayBuffer', () => foreignBytes().buffer],
  ])('is found among the values that a parser of another realm kept: %s', (_name, make) => {
    const kept = make();
    expect(findPayload({ kept: [toForeignRealm({ a: 1 }), kept], isRead: true, stream: null, remedy: 'x' })).toBe(kept);
  });

  test.each<[string, unknown]>([
    ['an object with a byteLength', { byteLength: 5 }],
    ['an object that names itself an ArrayBuffer', { byteLength: 5, [Symbol.toStringTag]: 'ArrayBuffer' }],
    ['an object that inherits from ArrayBuffer', Object.create(ArrayBuffer.prototype)],
    ['an object that inherits from Uint8Array', Object.create(Uint8Array.prototype)],
    ['a DataView', new DataView(new ArrayBuffer(5))],
    ['16-bit numbers', new Uint16Array(5)],
    ['a parsed body', toForeignRealm({ type: 'Buffer', data: [1, 2] })],
  ])('[29] is not %s', async (_name, value) => {
    expect(() => findPayload({ kept: [value], isRead: true, stream: null, remedy: 'x' })).toThrow(ToriiConfigError);
    await expect(verifyWebhook({ secret, headers, payload: value as Uint8Array })).rejects.toMatchObject({
      option: 'payload',
    });
  });

  test('an error of the handler is passed on unchanged, or wrapped if it has a status', async () => {
    const receiver = createWebhookReceiver({ secret });
    const plain = inForeignRealm<Error>("new Error('x')");
    await expect(
      receiver.receive({ headers, payload }, () => {
        throw plain;
      }),
    ).rejects.toBe(plain);
    const withStatus = inForeignRealm<Error>("Object.assign(new Error('x'), { status: 404 })");
    await expect(
      receiver.receive({ headers, payload }, () => {
        throw withStatus;
      }),
    ).rejects.toMatchObject({ reason: 'handler_failed', cause: withStatus });
  });
});

test('a patch compares dates of another realm by their time', () => {
  const [then, later] = [inForeignRealm<Date>('new Date(5)'), inForeignRealm<Date>('new Date(6)')];
  interface Fields {
    readonly at: object;
  }
  expect(Patch.diff<Fields>({ at: then }, { at: new Date(5) })).toEqual({});
  expect(Patch.diff<Fields>({ at: then }, { at: later })).toEqual({ at: later });
  expect(Patch.diff<Fields>({ at: then }, { at: {} })).toEqual({ at: {} });
});

test('errors of another copy of the package are recognized in another realm too', () => {
  const foreign = inForeignRealm<object>(
    "Object.defineProperty(new Error('x'), Symbol.for('torii.error'), { value: ['ToriiAuthError', 'ToriiError'] })",
  );
  expect([foreign instanceof ToriiAuthError, foreign instanceof ToriiError]).toEqual([true, true]);
});

describe('what onError returns', () => {
  const refusal = new ToriiAuthError('token_missing', 'No token was sent.');
  const statusOf = async (expression: string) =>
    (await answerFor(refusal, {}, () => inForeignRealm(expression))).status;

  test('may be an object of another realm', async () => {
    expect(await statusOf("({ status: 404, headers: { a: 'b' }, body: { x: [1] } })")).toBe(404);
    expect(await statusOf('Promise.resolve({ status: 404, headers: {}, body: null })')).toBe(404);
  });

  test.each([
    ['bytes as a body', '({ status: 404, headers: {}, body: new Uint8Array(2) })'],
    ['a Map of headers', '({ status: 404, headers: new Map(), body: null })'],
    ['a status of success', '({ status: 200, headers: {}, body: null })'],
  ])('[27] is not used if it is of another realm and has %s', async (_name, expression) => {
    expect(await statusOf(expression)).toBe(401);
  });
});
