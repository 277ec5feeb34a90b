import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { presentOptions, presentVerifyOptions } from '../src/calls/present-options.ts';
import {
  type Auth,
  authenticateRequest,
  createTokenVerifier,
  createVerifier,
  ToriiError,
  type VerifierOptions,
  verifyToken,
} from '../src/index.ts';
import { requestOptionNames } from '../src/options/request-options.ts';
import { verifyOptionNames } from '../src/options/verify-options.ts';
import { makeKeyEndpoint } from './key-endpoint.ts';
import { issuer, makeKey, mint, nowSeconds } from './mint.ts';
import { outcomeOf } from './outcome.ts';

// Strange objects of options, for `verifyToken` and `authenticateRequest`. The reference is a verifier that is created for the
// call: the answer must be the same, whatever was called before.

const key = await makeKey();
const endpoint = makeKeyEndpoint(key);

beforeEach(() => {
  vi.stubGlobal('fetch', endpoint.fetch);
  vi.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

type Options = Record<PropertyKey, unknown>;
type Call = (token: string, options: unknown) => Promise<Auth | null>;

interface Form {
  readonly name: string;
  readonly once: Call;
  /** The reference. */
  readonly anew: Call;
}

const requestWith = (token: string) => ({
  url: '/health',
  method: 'GET',
  headers: { authorization: `Bearer ${token}` },
});
const tokenForm: Form = {
  name: 'verifyToken',
  once: (token, options) => verifyToken(token, options as VerifierOptions),
  anew: async (token, options) => createTokenVerifier(options as VerifierOptions).verify(token),
};
const requestForm: Form = {
  name: 'authenticateRequest',
  once: (token, options) => authenticateRequest(requestWith(token), options as VerifierOptions),
  anew: async (token, options) => createVerifier(options as VerifierOptions).authenticate(requestWith(token)),
};
const forms = [tokenForm, requestForm];

/** The caller, the reason of a refusal, the wrong option, or the message of another error. */
async function resultOf(call: Promise<Auth | null>): Promise<unknown> {
  try {
    return (await call)?.raw ?? 'no caller';
  } catch (error) {
    if (!(error instanceof ToriiError)) return `threw ${String(error)}`;
    // The messages of the two differ in the example of a call.
    const message = error.message.replace(/Write \w+\(.*/, '');
    return { ...error.toJSON(), option: Reflect.get(error, 'option'), message };
  }
}

describe.each(forms)('$name', ({ once }) => {
  test('[9] refuses options that are inherited or not enumerable, also if the others are known', async () => {
    const token = await mint(key, { aud: 'a' });
    const hiding: unknown[] = [
      Object.assign(Object.create({ audience: 'b' }), { issuer }),
      Object.defineProperty({ issuer }, 'audience', { value: 'b' }),
      new (class extends Object {
        issuer = issuer;
        get audience(): string {
          return 'b';
        }
      })(),
      // Has `audience`, but does not list it.
      new Proxy({ issuer }, { has: (target, name) => name === 'audience' || name in target }),
      // The number of options is right, but they are others.
      new Proxy({ issuer }, { has: (_, name) => name === 'audience' }),
    ];
    for (let i = 0; i < 2; i++) {
      expect(await outcomeOf(once(token, { issuer, audience: 'a' }))).toBe('accepted');
      expect(await outcomeOf(once(await mint(key), { issuer }))).toBe('accepted');
      for (const options of hiding) await expect(once(token, options)).rejects.toMatchObject({ option: 'audience' });
    }
  });

  test('reads each option once, so that all code sees the same value', async () => {
    const token = await mint(key, { aud: 'a' });
    for (let i = 0; i < 6; i++) {
      const values = ['a', 'b', 'a', 'b'];
      let reads = 0;
      const options = {
        issuer,
        get audience() {
          return values[reads++];
        },
      };
      expect(await outcomeOf(once(token, options))).toBe('accepted');
      expect(reads).toBe(1);
      expect(await outcomeOf(once(token, options))).toBe('audience_refused');
      expect(reads).toBe(2);
    }
  });

  test('reads each list once', async () => {
    const token = await mint(key, { aud: 'a' });
    let reads = 0;
    class Alternating extends Array<string> {
      override *[Symbol.iterator](): ArrayIterator<string> {
        yield reads++ % 2 === 0 ? 'a' : 'b';
      }
    }
    const audience = new Alternating();
    for (let i = 0; i < 4; i++) {
      expect(await outcomeOf(once(token, { issuer, audience }))).toBe('accepted');
      expect(await outcomeOf(once(token, { issuer, audience }))).toBe('audience_refused');
    }
    expect(reads).toBe(8);
  });

  test('reads a hole in a list as `undefined`', async () => {
    const token = await mint(key, { aud: 'a' });
    const full = ['a', 'b'];
    const holed = Object.assign([] as string[], { 0: 'a', length: 2 });
    for (let i = 0; i < 2; i++) {
      expect(await outcomeOf(once(token, { issuer, audience: full }))).toBe('accepted');
      await expect(once(token, { issuer, audience: holed })).rejects.toMatchObject({ option: 'audience' });
    }
  });

  test('tells apart what JSON does not', async () => {
    const token = await mint(key);
    const hidden: readonly (readonly [Options, string | undefined])[] = [
      [{ audience: undefined }, 'audience'],
      [{ clockTolerance: Number.NaN }, 'clockTolerance'],
      [{ clockTolerance: null }, 'clockTolerance'],
      [{ clockTolerance: Number.POSITIVE_INFINITY }, 'clockTolerance'],
      [{ audience: Symbol('a') }, 'audience'],
      [{ audience: () => 'a' }, 'audience'],
      [{ audience: { toJSON: () => undefined } }, 'audience'],
      [{ audience: new String('a') }, 'audience'],
      [{ revocations: () => 'accepted' }, 'revocations'],
      [{ [Symbol('audience')]: 'a' }, undefined],
      [{ toJSON: () => ({ issuer }) }, 'toJSON'],
    ];
    for (let i = 0; i < 2; i++) {
      expect(await outcomeOf(once(token, { issuer }))).toBe('accepted');
      for (const [options, option] of hidden) {
        const call = once(token, { issuer, ...options });
        if (option === undefined) expect(await outcomeOf(call)).toBe('accepted');
        else await expect(call).rejects.toMatchObject({ option });
      }
    }
    expect(await resultOf(once(token, { issuer, clockTolerance: -0 }))).toEqual(
      await resultOf(once(token, { issuer, clockTolerance: 0 })),
    );
  });

  test('prototype pollution changes nothing', async () => {
    const token = await mint(key, { aud: 'a' });
    const polluted = ['audience', 'fetch', 'clockTolerance', 'present', 'verifier', 'made', 'value', '0', 'issuer'];
    for (const name of polluted) {
      expect(await outcomeOf(once(token, { issuer, audience: 'a' }))).toBe('accepted');
      try {
        Object.defineProperty(Object.prototype, name, { value: 'a', configurable: true, writable: true });
        for (let i = 0; i < 3; i++) {
          expect(await outcomeOf(once(token, { issuer }))).toBe('audience_refused');
          expect(await outcomeOf(once(token, { issuer, audience: 'a' }))).toBe('accepted');
          await expect(once(token, {})).rejects.toMatchObject({ option: 'issuer' });
        }
      } finally {
        Reflect.deleteProperty(Object.prototype, name);
      }
    }
  });

  test('[9] an option with a wrong name is refused, even if pollution gives the value of the right one', async () => {
    const token = await mint(key, { aud: 'a' });
    expect(await outcomeOf(once(token, { issuer, audience: 'a' }))).toBe('accepted');
    try {
      Object.defineProperty(Object.prototype, 'audience', { value: 'a', configurable: true });
      await expect(once(token, { issuer, audiences: 'a' })).rejects.toMatchObject({ name: 'ToriiConfigError' });
    } finally {
      Reflect.deleteProperty(Object.prototype, 'audience');
    }
  });

  test('a list that JSON and text show as a string is another value', async () => {
    const token = await mint(key, { aud: 'a,b' });
    for (let i = 0; i < 2; i++) {
      expect(await outcomeOf(once(token, { issuer, audience: 'a,b' }))).toBe('accepted');
      expect(await outcomeOf(once(token, { issuer, audience: ['a', 'b'] }))).toBe('audience_refused');
      expect(await outcomeOf(once(token, { issuer, audience: ['a,b'] }))).toBe('accepted');
    }
  });

  test('options that call the function again while they are read do no harm', async () => {
    const token = await mint(key, { aud: 'a' });
    for (let i = 0; i < 12; i++) {
      const inner: Promise<string>[] = [];
      const options = new Proxy(
        { issuer, audience: 'a', clockTolerance: i },
        {
          has(target, name) {
            if (name === 'issuer') {
              for (let n = 0; n < 9; n++)
                inner.push(outcomeOf(once(token, { issuer, audience: 'b', clockTolerance: n })));
            }
            return name in target;
          },
        },
      );
      expect(await outcomeOf(once(token, options))).toBe('accepted');
      expect(new Set(await Promise.all(inner))).toEqual(new Set(['audience_refused']));
    }
  });

  test('an error of a getter rejects the call', async () => {
    const options = {
      issuer,
      get audience() {
        throw new Error('no audience');
      },
    };
    for (let i = 0; i < 2; i++) await expect(once(await mint(key), options)).rejects.toThrow('no audience');
  });
});

test.each([
  ['verifyToken', presentVerifyOptions, verifyOptionNames],
  ['authenticateRequest', presentOptions, [...verifyOptionNames, ...requestOptionNames]],
] as const)('%s notices each option that is hidden, and only options', (_, presentIn, names) => {
  const bits = names.map((name) => presentIn(Object.create({ [name]: undefined })));
  expect(new Set(bits).size).toBe(names.length);
  for (const bit of bits) expect(Math.log2(bit) % 1).toBe(0);
  expect(presentIn({ other: 1, toString: 1 })).toBe(0);
  expect(presentIn(Object.fromEntries(names.map((name) => [name, 1])))).toBe(bits.reduce((all, bit) => all | bit));
});

// Values for each option: some that change the answer, and some that are wrong or easily confused with another one.
const functions = [() => true, () => false, () => {}, endpoint.fetch];
const pools: Record<string, readonly (() => unknown)[]> = {
  issuer: [issuer, [issuer], `${issuer}/`, ['https://b.torii.test', issuer], 'https://b.torii.test', undefined].map(
    (value) => () => (Array.isArray(value) ? [...value] : value),
  ),
  audience: [() => 'a', () => ['a'], () => ['a', 'b'], () => 'a,b', () => undefined, () => [], () => Symbol('a')],
  requireClaims: [
    () => 'plan',
    () => ['plan'],
    () => ['org_id'],
    () => [],
    () => Object.assign(['plan'], { length: 2 }),
  ],
  refuseClaims: [() => 'scope', () => ['scope', 'x'], () => undefined],
  environmentId: [() => 'env_1', () => ['env_1'], () => 'env_2', () => ''],
  clockTolerance: [() => 0, () => -0, () => 60, () => 300, () => Number.NaN, () => '60', () => undefined],
  cachedTokens: [() => 0, () => 1, () => 5_000, () => 1.5],
  fetch: [
    () => undefined,
    () => endpoint.fetch,
    () =>
      (...args: Parameters<typeof fetch>) =>
        endpoint.fetch(...args),
  ],
  keys: [() => ({ keys: [key.publicJwk] }), () => ({ keys: [] })],
  onEvent: [() => functions[2], () => () => {}, () => undefined],
  cookie: [() => 'token'],
  publicPaths: [() => ['/health'], () => ['/healthy'], () => []],
  checks: [
    () => [functions[0]],
    () => [functions[1]],
    () => [functions[0], functions[1]],
    () => [() => true],
    () => [() => false],
    () => [],
  ],
};

type Shape = (options: Options) => unknown;
/** Changes one option into another form. */
const shapes: readonly Shape[] = [
  (options) => options,
  (options) => options,
  (options) => Object.fromEntries(Object.entries(options).reverse()),
  (options) => Object.assign(Object.create(null), options),
  (options) => Object.freeze(options),
  (options) => Object.create(options),
  (options) => Object.assign(options, { [Symbol('issuer')]: 1 }),
  (options) => new Proxy(options, {}),
  (options) => new Proxy({ issuer }, { has: (target, name) => name in options || name in target }),
  (options) => Object.defineProperty({ ...options }, 'audience', { enumerable: false, value: 'a' }),
  (options) => Object.assign(Object.create({ audience: 'b' }), options),
  (options) => ({ ...options, unknown: 1 }),
  (options) => {
    let reads = 0;
    return Object.defineProperty({ ...options }, 'clockTolerance', {
      enumerable: true,
      get: () => (reads++ % 2 === 0 ? 0 : 300),
    });
  },
];

interface Recipe {
  readonly chosen: Readonly<Record<string, number>>;
  readonly shape: number;
  readonly token: number;
  readonly form: number;
}

function build({ chosen, shape }: Recipe): unknown {
  const options: Options = {};
  for (const [name, choice] of Object.entries(chosen))
    options[name] = pools[name]?.at(choice % (pools[name]?.length ?? 1))?.();
  return shapes[shape]?.(options);
}

const recipes: fc.Arbitrary<Recipe> = fc.record({
  chosen: fc
    // Few options, so that calls have a chance to be alike.
    .array(fc.tuple(fc.constantFrom(...Object.keys(pools)), fc.nat({ max: 6 })), { maxLength: 2 })
    .map((pairs) => ({ issuer: 0, ...Object.fromEntries(pairs) })),
  shape: fc.nat({ max: shapes.length - 1 }),
  token: fc.nat({ max: 4 }),
  form: fc.nat({ max: 1 }),
});

test('after any calls, the answer is that of a verifier that is created for the call', async () => {
  const tokens = await Promise.all([
    mint(key),
    mint(key, { aud: 'a' }),
    mint(key, { aud: 'b', plan: 'pro', pid: 'env_2' }),
    mint(key, { exp: nowSeconds() - 20, iat: nowSeconds() - 60 }),
    mint(key, { scope: 'x', plan: null, org_id: 'org_1' }),
  ]);
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(recipes, { minLength: 2, maxLength: 16 }), async (calls) => {
      // Twice: at the second time, everything that can be known is known.
      for (const recipe of [...calls, ...calls]) {
        const form = forms[recipe.form] as Form;
        const token = tokens[recipe.token] ?? '';
        const found = await resultOf(form.once(token, build(recipe)));
        expect(found).toEqual(await resultOf(form.anew(token, build(recipe))));
        if (typeof found === 'object' && found !== null && 'sub' in found) accepted++;
      }
    }),
    { numRuns: 150 },
  );
  expect(accepted).toBeGreaterThan(100);
});
