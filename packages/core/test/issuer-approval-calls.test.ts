import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  authenticateRequest,
  createTokenVerifier,
  type IssuerApproval,
  type VerifierEvent,
  type VerifierOptions,
  verifyToken,
} from '../src/index.ts';
import { makeKeyEndpoint } from './key-endpoint.ts';
import { makeKey, mint, type SigningKey } from './mint.ts';
import { outcomeOf } from './outcome.ts';

// `issuer: { approve }` in calls that get their options each time.

const acme = 'https://acme.torii.test';

let key: SigningKey;
let token: string;
beforeAll(async () => {
  key = await makeKey();
  token = await mint(key, { iss: acme });
});
beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Call = (options: VerifierOptions) => Promise<unknown>;

const forms: readonly (readonly [string, Call])[] = [
  ['verifyToken', (options) => verifyToken(token, options)],
  ['authenticateRequest', (options) => authenticateRequest({ headers: { authorization: `Bearer ${token}` } }, options)],
];

describe.each(forms)('%s', (_, call) => {
  test('asks once if the function is the same in each call, also with a new object, checks or onEvent', async () => {
    const { fetch } = makeKeyEndpoint(key);
    const approve = vi.fn(() => acme);
    const inline = call === forms[0]?.[1] ? {} : { checks: [() => true] };
    for (let n = 0; n < 5; n++) {
      const options = { issuer: { approve, rememberSeconds: 60 }, fetch, onEvent: () => {}, ...inline };
      expect(await outcomeOf(call(options))).toBe('accepted');
    }
    expect(approve).toHaveBeenCalledTimes(1);
  });

  test('remembers verified tokens if only the object around the function is new', async () => {
    const { fetch } = makeKeyEndpoint(key);
    const approve = () => acme;
    const known: boolean[] = [];
    const onEvent = (event: VerifierEvent): void => void (event.type === 'verified' && known.push(event.fromCache));
    for (let n = 0; n < 4; n++) await call({ issuer: { approve }, fetch, onEvent });
    expect(known).toEqual([false, false, true, true]);
  });

  test('uses what a call says, and not what an earlier call with other values said', async () => {
    const { fetch } = makeKeyEndpoint(key);
    const issuer: { approve: IssuerApproval['approve']; rememberSeconds: number } = {
      approve: () => acme,
      rememberSeconds: 60,
    };
    for (let n = 0; n < 3; n++) expect(await outcomeOf(call({ issuer, fetch }))).toBe('accepted');
    issuer.approve = () => null;
    for (let n = 0; n < 3; n++) expect(await outcomeOf(call({ issuer, fetch }))).toBe('issuer_refused');
    issuer.rememberSeconds = -1;
    expect(await outcomeOf(call({ issuer, fetch }))).toBe('configuration_invalid');
  });

  test('reads a getter once', async () => {
    const { fetch } = makeKeyEndpoint(key);
    const [yes, no] = [() => acme, () => null];
    for (let n = 0; n < 3; n++) {
      for (const [approve, outcome] of [
        [yes, 'accepted'],
        [no, 'issuer_refused'],
      ] as const) {
        const read = vi.fn(() => approve);
        const issuer = Object.defineProperty({}, 'approve', { get: read, enumerable: true }) as IssuerApproval;
        expect(await outcomeOf(call({ issuer, fetch }))).toBe(outcome);
        expect(read).toHaveBeenCalledTimes(1);
      }
    }
  });

  test('refuses options that a copy would lose, after calls with equal visible ones too', async () => {
    const { fetch } = makeKeyEndpoint(key);
    const approve = () => acme;
    for (let n = 0; n < 3; n++) expect(await outcomeOf(call({ issuer: { approve }, fetch }))).toBe('accepted');
    const hidden = Object.defineProperty({ approve }, 'rememberSeconds', { value: 1 });
    const inherited = Object.assign(Object.create({ rememberSeconds: 1 }), { approve });
    for (const issuer of [hidden, inherited, Object.freeze(hidden), Object.freeze(inherited)]) {
      expect(await outcomeOf(call({ issuer, fetch }))).toBe('configuration_invalid');
    }
  });

  test('asks in each call if the function is new in each, and warns', async () => {
    const { fetch } = makeKeyEndpoint(key);
    let asked = 0;
    for (let n = 0; n < 6; n++) {
      const approve = () => {
        asked += 1;
        return n === 3 ? null : acme;
      };
      expect(await outcomeOf(call({ issuer: { approve }, fetch }))).toBe(n === 3 ? 'issuer_refused' : 'accepted');
    }
    expect(asked).toBe(6);
  });
});

test('verifiers with the same functions share what they know, and others do not', async () => {
  const { fetch } = makeKeyEndpoint(key);
  const approve = vi.fn(() => acme);
  const ask = (options: Partial<VerifierOptions> = {}) =>
    outcomeOf(createTokenVerifier({ issuer: { approve }, fetch, ...options }).verify(token));
  for (let n = 0; n < 3; n++) expect(await ask()).toBe('accepted');
  expect(await ask({ environmentId: 'env_2' })).toBe('environment_refused');
  expect(approve).toHaveBeenCalledTimes(1);
  // The keys that a fake `fetch` of a test returns must not reach other verifiers.
  const stranger = makeKeyEndpoint(await makeKey());
  expect(await ask({ fetch: stranger.fetch })).toBe('signature_invalid');
  expect(await ask({ issuer: { approve: () => null } })).toBe('issuer_refused');
});
