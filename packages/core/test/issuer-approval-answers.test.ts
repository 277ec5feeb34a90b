import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type ApproveResult,
  createTokenVerifier,
  createVerifier,
  type IssuerApproval,
  type TokenVerifier,
  ToriiUnavailableError,
  type VerifierEvent,
  type VerifyOptions,
} from '../src/index.ts';
import { makeKeyEndpoint } from './key-endpoint.ts';
import { makeKey, mint, type SigningKey } from './mint.ts';
import { outcomeOf, outcomeOfCall } from './outcome.ts';

const acme = 'https://acme.torii.test';

let key: SigningKey;
let token: string;
beforeAll(async () => {
  key = await makeKey();
  token = await mint(key, { iss: acme });
});

beforeEach(() => {
  // Core warns about many `fetch` functions for one URL, as these tests use them.
  vi.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Approve = IssuerApproval['approve'];

async function ask(approve: Approve, options: Partial<IssuerApproval> = {}) {
  const [endpoint, events] = [makeKeyEndpoint(key), [] as VerifierEvent[]];
  const verifier = createTokenVerifier({
    issuer: { approve, ...options },
    fetch: endpoint.fetch,
    onEvent: (event) => events.push(event),
  });
  const outcome = await outcomeOf(verifier.verify(token));
  expect(endpoint.urls).toEqual([]);
  return { outcome, failed: events.find((event) => event.type === 'approval_failed'), events, verifier };
}

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const garbage: readonly (readonly [what: string, answer: unknown, problem: RegExp])[] = [
  ['true', true, /`true` is not enough: the token would choose the URL of its keys\. Return the issuer URL from your/],
  ['a number', 1, /must be a URL or an object. Found: a number|Found: 1/],
  ['a list', [acme], /Found: /],
  ['a function', () => acme, /Found: /],
  ['an empty string', '', /must be a non-empty string/],
  ['an http URL', 'http://acme.torii.test', /must be an https:\/\/ URL/],
  ['a URL object', new URL(acme), /cannot be used/],
  ['an object without a URL', {}, /cannot be used/],
  ['a URL with a path of a document', `${acme}/_torii/.well-known/jwks.json`, /URL of a document/],
  ['a record with other columns', { issuer: acme, plan: 'pro' }, /no option `plan`/],
  ['a misspelled column', { issuer: acme, environment_id: 'env_1' }, /no option `environment_id`/],
  ['an environment that is undefined', { issuer: acme, environmentId: undefined }, /`environmentId` must be/],
  ['an environment that is null', { issuer: acme, environmentId: null }, /`environmentId` must be/],
  ['no environment', { issuer: acme, environmentId: [] }, /`environmentId` must be/],
  ['an inherited URL', Object.create({ issuer: acme }), /inherited|must be/],
  ['a hidden environment', Object.defineProperty({ issuer: acme }, 'environmentId', { value: 'env_2' }), /inherited/],
  ['a String object', Object('https://acme.torii.test'), /cannot be used/],
  [
    'a getter that throws',
    {
      get issuer() {
        throw new Error('secret sk_live_1');
      },
    },
    /`approve` failed/,
  ],
  ['a revoked Proxy', revoked.proxy, /cannot be used|`approve` failed/],
];

describe('an answer that cannot be used is 503 and an event that says why', () => {
  test.each(garbage)('%s', async (_, answer, problem) => {
    for (const approve of [() => answer as ApproveResult, async () => answer as ApproveResult]) {
      const { outcome, failed } = await ask(approve);
      expect(outcome).toBe('keys_unavailable');
      expect(failed).toMatchObject({
        issuer: acme,
        problem: expect.stringMatching(problem),
        cause: { name: expect.stringContaining('Error') },
      });
      expect(JSON.stringify(failed)).not.toContain('sk_live');
    }
  });
});

test('[9] nothing is read from Object.prototype', async () => {
  const names = ['issuer', 'environmentId', 'approve', 'rememberSeconds', 'approvals', 'keysFor'];
  for (const name of names) {
    Object.defineProperty(Object.prototype, name, { value: acme, configurable: true });
    try {
      expect((await ask(() => null)).outcome).toBe('issuer_refused');
      expect((await ask(() => ({}) as never)).outcome).toBe('keys_unavailable');
      const { fetch } = makeKeyEndpoint(key);
      for (const approve of [() => acme, () => ({ issuer: acme })])
        expect(await outcomeOf(createTokenVerifier({ issuer: { approve }, fetch }).verify(token))).toBe('accepted');
      expect(await outcomeOf(createTokenVerifier({ issuer: acme, fetch }).verify(token))).toBe('accepted');
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  }
});

test('a getter is read once, so that it cannot give another URL to be fetched', async () => {
  const urls = [acme, 'https://evil.test'];
  const endpoint = makeKeyEndpoint(key);
  const verifier = createTokenVerifier({
    issuer: {
      approve: () => ({
        get issuer() {
          return urls.shift() ?? 'https://evil.test';
        },
      }),
    },
    fetch: endpoint.fetch,
  });
  expect(await outcomeOf(verifier.verify(token))).toBe('accepted');
  expect(endpoint.urls).toEqual([`${acme}/_torii/.well-known/jwks.json`]);
});

test.each([
  [
    'throws',
    () => {
      throw new Error(`connect ECONNREFUSED ${'eyJ'}hbGciOi`);
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('no database'))],
  ['rejects with undefined', () => Promise.reject()],
  ['rejects with a refusal of ours', () => Promise.reject(new ToriiUnavailableError('policy_unavailable', 'Later.'))],
] as const)('[37] a function that %s is 503 with an event, and is called again a second later', async (_, approve) => {
  const { outcome, failed, verifier, events } = await ask(approve);
  expect(outcome).toBe('keys_unavailable');
  expect(failed).toMatchObject({ problem: expect.stringMatching(/^`approve` failed: /) });
  expect(JSON.stringify(events)).not.toContain('eyJ');
  const error = await verifier.verify(token).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 503, headers: { 'Retry-After': '1' }, reason: 'keys_unavailable' });
  expect(events.filter((event) => event.type === 'approval_failed')).toHaveLength(1);
});

describe('a function that hangs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is 503 after timeoutMs, when its signal is aborted', async () => {
    const signals: AbortSignal[] = [];
    const hangs: Approve = (_, { signal }) => {
      signals.push(signal);
      return Object.defineProperty({}, 'then', { value: () => {} }) as Promise<string>;
    };
    const answer = ask(hangs, { timeoutMs: 200 });
    await vi.advanceTimersByTimeAsync(199);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    const { outcome, failed } = await answer;
    expect([outcome, failed?.problem]).toEqual(['keys_unavailable', 'no answer within 200 ms']);
  });

  test('because it verifies the same token does not begin a second call, and does not wait forever', async () => {
    const inner: string[] = [];
    const verifier: TokenVerifier = createTokenVerifier({
      issuer: {
        timeoutMs: 200,
        approve: async () => {
          inner.push(await outcomeOf(verifier.verify(token)));
          return null;
        },
      },
      fetch: makeKeyEndpoint(key).fetch,
    });
    const outcome = outcomeOf(verifier.verify(token));
    await vi.advanceTimersByTimeAsync(200);
    expect(await outcome).toBe('keys_unavailable');
    expect(inner).toEqual(['keys_unavailable']);
  });
});

describe('the option', () => {
  const approve = () => null;
  const wrong: readonly (readonly [what: string, options: object, message: RegExp])[] = [
    ['keys', { keys: { keys: [] } }, /`keys` is for one issuer only/],
    ['initialKeys', { initialKeys: {} }, /`initialKeys` is for one issuer only/],
    ['revocations', { revocations: {} }, /`revocations` is for one issuer only/],
    ['a list that holds it', { issuer: [acme, { approve }] }, /`issuer` must be/],
    ['no function', { issuer: { approve: acme } }, /`approve` must be a function/],
    ['undefined', { issuer: { approve: undefined } }, /`approve` must be a function/],
    ['another name', { issuer: { approve, remember: 5 } }, /no option `remember`/],
    ['an inherited function', { issuer: Object.create({ approve }) }, /inherited/],
    ['no memory', { issuer: { approve, rememberSeconds: 0 } }, /`rememberSeconds` must be a number from 1 to 3600/],
    ['NaN', { issuer: { approve, rememberSeconds: Number.NaN } }, /`rememberSeconds` must be/],
    ['undefined as a time', { issuer: { approve, rememberSeconds: undefined } }, /`rememberSeconds` must be/],
    ['a short time limit', { issuer: { approve, timeoutMs: 99 } }, /`timeoutMs` must be/],
    [
      'a time limit in which an answer grows too old',
      { issuer: { approve, rememberSeconds: 2, timeoutMs: 2_001 } },
      /`timeoutMs` must not be longer than `rememberSeconds`.*at most 2000/,
    ],
    ['no new issuers', { issuer: { approve, newPerMinute: 0 } }, /`newPerMinute` must be/],
  ];
  test.each(wrong)('is refused with %s', (_, options, message) => {
    const given = { issuer: { approve }, ...options } as VerifyOptions;
    for (const create of [createVerifier, createTokenVerifier]) {
      expect(() => create(given)).toThrow(message);
      expect(outcomeOfCall(() => create(given))).toBe('configuration_invalid');
    }
  });
});
