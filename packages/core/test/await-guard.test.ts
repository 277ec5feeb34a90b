import { describe, expect, test } from 'vitest';
import {
  type Auth,
  authenticateRequest,
  authorize,
  type CheckResult,
  createTokenVerifier,
  createVerifier,
  isAuth,
  ToriiAuthError,
  ToriiConfigError,
  verifyToken,
} from '../src/index.ts';
import { createAwaitGuard, guardFields } from '../src/internal.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { createWebhookReceiver, verifyWebhook, type WebhookAnswer, type WebhookEvent } from '../src/webhooks/index.ts';
import { issuer, makeKey, mint } from './mint.ts';

const key = await makeKey();
const keys = { keys: [key.publicJwk] };
const token = await mint(key);
const good = { authorization: `Bearer ${token}` };
const verifier = createVerifier({ issuer, keys });
const jwtVerifier = createJwtVerifier({ secret: 'x'.repeat(32), algorithms: ['HS256'] });
const secret = `whsec_${btoa('a'.repeat(32))}`;

// Lists that do not compile until a new field is added to them.
const authFields = Object.keys({
  userId: true,
  environmentId: true,
  issuer: true,
  emailVerified: true,
  profileComplete: true,
  impersonating: true,
  actor: true,
  locale: true,
  organization: true,
  issuedAt: true,
  expiresAt: true,
  raw: true,
} satisfies Record<keyof Auth, true>);
const resultFields = Object.keys({ auth: true, denial: true } satisfies Record<keyof CheckResult<object>, true>);
const eventFields = Object.keys({
  type: true,
  id: true,
  created_at: true,
  data: true,
} satisfies Record<keyof WebhookEvent, true>);
const answerFields = Object.keys({
  status: true,
  headers: true,
  body: true,
} satisfies Record<keyof WebhookAnswer, true>);

const delivery = { headers: {}, payload: '{}' };
const entries: readonly [string, () => Promise<unknown>, readonly string[]][] = [
  ['verifier.check', () => verifier.check(good), resultFields],
  ['verifier.check of a refused request', () => verifier.check({}), resultFields],
  ['verifier.check, optional', () => verifier.check({}, { optional: true }), resultFields],
  ['verifier.authenticate', () => verifier.authenticate(good), authFields],
  ['verifier.authenticate of a refused request', () => verifier.authenticate({}), authFields],
  ['verifier.authenticate, optional', () => verifier.authenticate({}, { optional: true }), authFields],
  ['verifier.authenticate without a request', () => verifier.authenticate(undefined as never), authFields],
  ['verifier.verify', () => verifier.verify(token), authFields],
  ['verifier.verify of a bad token', () => verifier.verify('a.b.c'), authFields],
  ['authenticateRequest', () => authenticateRequest(good, { issuer, keys }), authFields],
  ['authenticateRequest with wrong options', () => authenticateRequest(good, { issuer: undefined }), authFields],
  ['createTokenVerifier', () => createTokenVerifier({ issuer, keys }).verify(token), authFields],
  ['verifyToken', () => verifyToken(token, { issuer, keys }), authFields],
  ['verifyToken with wrong options', () => verifyToken(token, { issuer: undefined }), authFields],
  ['createJwtVerifier, check', () => jwtVerifier.check({}), resultFields],
  ['createJwtVerifier, authenticate', () => jwtVerifier.authenticate({}), authFields],
  ['createJwtVerifier, verify', () => jwtVerifier.verify('a.b.c'), authFields],
  ['verifyWebhook', () => verifyWebhook({ secret, ...delivery }), eventFields],
  ['verifyWebhook with wrong options', () => verifyWebhook({ secret: undefined, ...delivery }), eventFields],
  ['receiver.receive', () => createWebhookReceiver({ secret }).receive(delivery, () => {}), answerFields],
];

/** What reading a field throws, or `undefined`. */
function thrownBy(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return error;
  }
}

const saysAwait = expect.objectContaining({
  name: 'ToriiConfigError',
  option: 'await',
  message: expect.stringContaining('await'),
});

/** Runs `work` and returns the rejections that were handled by no one. */
async function unhandledDuring(work: () => unknown): Promise<readonly unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  globalThis.process?.on?.('unhandledRejection', note);
  await work();
  // Unhandled rejections are reported before the next timer.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  globalThis.process?.off?.('unhandledRejection', note);
  return unhandled;
}

describe.each(entries)('[33] the promise of %s', (_name, call, fields) => {
  test('throws for every field, and says await', async () => {
    expect(fields.length).toBeGreaterThan(1);
    for (const field of fields) {
      const promise = call();
      const reading = [
        () => Reflect.get(promise, field),
        () => (promise as unknown as Record<string, unknown>)[field],
        () => {
          const { [field]: value } = promise as unknown as Record<string, unknown>;
          return value;
        },
        () => (promise as unknown as Record<string, unknown> | undefined)?.[field],
      ];
      for (const read of reading) expect(thrownBy(read)).toEqual(saysAwait);
      await promise.catch(() => {});
    }
  });

  test('is no unhandled rejection in addition, if it rejects after a field was read', async () => {
    const unhandled = await unhandledDuring(() => thrownBy(() => Reflect.get(call(), fields[0] ?? '')));
    expect(unhandled).toEqual([]);
  });

  test('is otherwise a promise like any other', async () => {
    const promise = call();
    expect(promise).toBeInstanceOf(Promise);
    expect(Promise.resolve(promise)).toBe(promise);
    expect(Object.prototype.toString.call(promise)).toBe('[object Promise]');
    expect([Object.keys(promise), JSON.stringify(promise), { ...promise }]).toEqual([[], '{}', {}]);
    for (const name in promise) expect(name).toBe('no enumerable property');
    const outcome = await promise.then(
      (value) => ({ value }),
      (reason: unknown) => ({ reason }),
    );
    const [settled] = await Promise.allSettled([promise]);
    expect(settled).toMatchObject(outcome);
    expect(
      await Promise.race([promise]).then(
        (value) => ({ value }),
        (reason: unknown) => ({ reason }),
      ),
    ).toEqual(outcome);
    expect(
      await Promise.all([promise]).then(
        ([value]) => ({ value }),
        (reason: unknown) => ({ reason }),
      ),
    ).toEqual(outcome);
    if ('value' in outcome) await expect(promise).resolves.toBe(outcome.value);
    else await expect(promise).rejects.toBe(outcome.reason);
  });

  test('gives ordinary promises to then, catch and finally', async () => {
    const promise = call();
    const derived = [
      promise.then(
        () => {},
        () => {},
      ),
      promise.catch(() => {}),
      promise.finally(() => {}).catch(() => {}),
    ];
    for (const each of derived) {
      expect(Object.getPrototypeOf(each)).toBe(Promise.prototype);
      for (const field of fields) expect(Reflect.get(each, field)).toBeUndefined();
    }
    await Promise.all(derived);
  });
});

describe('[33] a promise in place of its result', () => {
  test('throws if authenticate is taken for check', () => {
    const { authenticate } = verifier;
    for (const field of resultFields) {
      expect(thrownBy(() => Reflect.get(authenticate(good), field))).toEqual(saysAwait);
    }
  });

  test('is not an Auth, and authorize says what to pass', async () => {
    const promise = verifier.authenticate(good) as unknown as Auth;
    expect(isAuth(promise)).toBe(false);
    await expect(authorize(promise, good, [() => true])).rejects.toThrow(ToriiConfigError);
  });

  test('answers `in` as the result does: the fields of a result are always there', async () => {
    const promise = verifier.check(good);
    for (const field of resultFields) expect([field in promise, field in (await promise)]).toEqual([true, true]);
  });

  test('can be given properties, as React does', () => {
    const promise = verifier.authenticate(good);
    Object.assign(promise, { status: 'pending', value: undefined, reason: undefined });
    expect(Reflect.get(promise, 'status')).toBe('pending');
  });

  test.runIf(globalThis.process?.versions?.node && typeof structuredClone === 'function')(
    'cannot be cloned, like any promise',
    () => {
      expect(() => structuredClone(verifier.check(good))).toThrow(/could not be cloned/);
    },
  );
});

test('[33] a promise that is neither awaited nor read stays an unhandled rejection, which ends a Node process', async () => {
  if (globalThis.process?.on === undefined) return;
  const unhandled = await unhandledDuring(() => void verifier.authenticate({}));
  expect(unhandled).toEqual([expect.any(ToriiAuthError)]);
});

describe('createAwaitGuard', () => {
  test('returns the same promise', () => {
    const promise = Promise.resolve({ items: [] });
    expect(createAwaitGuard({ items: true })(promise)).toBe(promise);
    expect(thrownBy(() => Reflect.get(promise, 'items'))).toEqual(saysAwait);
  });

  test('keeps the methods of a promise of another class, such as one of zone.js', async () => {
    class OtherPromise {
      readonly #promise: Promise<unknown>;
      constructor(promise: Promise<unknown>) {
        this.#promise = promise;
      }
      // biome-ignore lint/suspicious/noThenProperty: this class is a promise.
      then(...handlers: Parameters<Promise<unknown>['then']>): Promise<unknown> {
        return this.#promise.then(...handlers);
      }
    }
    const guard = createAwaitGuard({ id: true });
    guard(Promise.resolve());
    const promise = guard(new OtherPromise(Promise.resolve({ id: 1 })) as unknown as Promise<unknown>);
    expect(await promise).toEqual({ id: 1 });
    expect(promise).toBeInstanceOf(OtherPromise);
    const rejected = new OtherPromise(Promise.reject(new Error('later'))) as unknown as Promise<unknown>;
    const read = () => Reflect.get(guard(rejected), 'id');
    expect(await unhandledDuring(() => expect(thrownBy(read)).toEqual(saysAwait))).toEqual([]);
  });

  test('leaves the methods of a promise alone, even if a field has their name', async () => {
    const names = ['then', 'catch', 'finally', 'constructor', 'id'];
    const guard = createAwaitGuard(Object.fromEntries(names.map((name) => [name, true])));
    const promise = guard(Promise.resolve({ id: 1 }));
    expect(await promise.finally(() => {}).catch(() => {})).toEqual({ id: 1 });
    expect(thrownBy(() => Reflect.get(promise, 'id'))).toEqual(saysAwait);
  });

  test('throws the same error if a field is read from the prototype itself', () => {
    const prototype: object = Object.getPrototypeOf(createAwaitGuard({ id: true })(Promise.resolve()));
    expect(thrownBy(() => Reflect.get(prototype, 'id'))).toEqual(saysAwait);
    expect(thrownBy(() => Reflect.get(guardFields({}, { id: true }), 'id'))).toEqual(saysAwait);
  });
});
