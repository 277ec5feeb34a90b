// The signed values must be the checked values, even if the caller's objects change in between.
import { createVerifier } from '@torii/core';
import { startEmulator } from '@torii/emulator';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { createStreamSigner, type StreamRequest, type StreamToken } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';

const signer = createStreamSigner({ privateKey: makeKeyPair().privatePem });
const request = { subject: 'ada', allowedStreams: ['room_1'], ttlSeconds: 60 };

async function claimsOf(issuing: Promise<StreamToken>) {
  const { sub, iat = 0, exp = 0, allowed_streams, ...rest } = decodeJwt((await issuing).token);
  return { sub, allowed_streams, ttlSeconds: exp - iat, ...rest };
}

const checked = { sub: 'ada', allowed_streams: ['room_1'], ttlSeconds: 60 };

test('signs the values that it checked, even if the caller changes them meanwhile (statement 28)', async () => {
  const claims: Record<string, unknown> = { plan: 'pro' };
  const mutable = { subject: 'ada', allowedStreams: ['room_1'], ttlSeconds: 60, claims };
  const issuing = signer.issue(mutable);
  mutable.allowedStreams[0] = '*';
  mutable.allowedStreams.push('no stream\n');
  Object.assign(mutable, { subject: '', ttlSeconds: 1e9 });
  Object.assign(claims, { plan: 'free', sub: 'root', nbf: 9e9 });
  expect(await claimsOf(issuing)).toEqual({ ...checked, plan: 'pro' });
});

test('keeps two requests apart that reuse the same array (statement 28)', async () => {
  const scratch: string[] = [];
  const issue = (subject: string, streams: readonly string[]) => {
    scratch.splice(0, scratch.length, ...streams);
    return claimsOf(signer.issue({ subject, allowedStreams: scratch, ttlSeconds: 60 }));
  };
  const tokens = await Promise.all([issue('eve', ['eve_room']), issue('admin', ['*'])]);
  expect(tokens.map(({ allowed_streams: streams }) => streams)).toEqual([['eve_room'], ['*']]);
});

/** An object whose properties have the values of `first` on the first read, and those of `then` on later reads. */
function changing<T extends object>(first: T, then: object): T {
  const reads = new Map<PropertyKey, number>();
  return new Proxy(first, {
    get(target, name) {
      const count = (reads.get(name) ?? 0) + 1;
      reads.set(name, count);
      return count > 1 && Object.hasOwn(then, name) ? Reflect.get(then, name) : Reflect.get(target, name);
    },
  });
}

class OtherIterator extends Array<string> {
  override *[Symbol.iterator](): ArrayIterator<string> {
    yield '*';
  }
}

test.each<[string, StreamRequest]>([
  [
    'a request that changes',
    changing(request, { subject: '', allowedStreams: ['*'], ttlSeconds: 1e9, claims: { sub: 'root' } }),
  ],
  ['a lifetime that changes', changing(request, { ttlSeconds: Number.NaN })],
  ['streams that change', { ...request, allowedStreams: changing(['room_1'], { 0: '*' }) }],
  ['claims that change', { ...request, claims: changing({}, { sub: 'root' }) }],
  [
    'an array with its own iterator',
    { ...request, allowedStreams: Object.assign(['room_1'], { [Symbol.iterator]: () => ['*'].values() }) },
  ],
  ['a subclass of Array', { ...request, allowedStreams: OtherIterator.of('room_1') }],
])('reads each property once: %s (statement 28)', async (_kind, given) => {
  expect(await claimsOf(signer.issue(given))).toEqual(checked);
});

test('checks every stream of an array with overridden methods (statement 28)', async () => {
  const allowedStreams = Object.assign(['room_1', 'no stream'], { entries: () => [][Symbol.iterator]() });
  await expect(signer.issue({ ...request, allowedStreams: allowedStreams as never })).rejects.toMatchObject({
    reason: 'streams_invalid',
  });
});

test('issueFor also signs the values that it checked (statement 28)', async () => {
  await using torii = await startEmulator();
  const auth = await createVerifier({ issuer: torii.issuer }).verify(await torii.token({ userId: 'ada' }));
  const grant = { allowedStreams: ['room_1'], ttlSeconds: 60 };
  const issuing = signer.issueFor(auth, changing(grant, { ttlSeconds: 1e9 }));
  grant.allowedStreams[0] = '*';
  expect(await claimsOf(issuing)).toEqual(checked);
});

test('ignores options and claims on Object.prototype', async () => {
  const prototype: object = Object.prototype;
  Object.assign(prototype, { claims: { role: 'admin' }, maxTtlSeconds: 1 });
  try {
    expect(await claimsOf(createStreamSigner({ privateKey: makeKeyPair().privatePem }).issue(request))).toEqual(
      checked,
    );
  } finally {
    Reflect.deleteProperty(prototype, 'claims');
    Reflect.deleteProperty(prototype, 'maxTtlSeconds');
  }
});
