import { expectTypeOf, test } from 'vitest';
import { verifierFrom } from '../src/adapter.ts';
import {
  type Auth,
  authenticateRequest,
  type Check,
  type Claims,
  createVerifier,
  type Denial,
  refuse,
  reportOnly,
  type StrictVerifierOptions,
  type Verifier,
  type VerifierEvent,
  type VerifierOptions,
  type VerifyOptions,
  verifyToken,
} from '../src/index.ts';
import { type Options, readKnownOptions, readText, type verifyOptionNames } from '../src/internal.ts';

declare const request: Request;
declare const dynamic: VerifierOptions;
const issuer = 'https://acme.torii.so';

test('an issuer can come from the environment, or be a list', () => {
  createVerifier({ issuer: process.env['TORII_ISSUER'] });
  createVerifier({ issuer: [issuer, 'https://app.torii.so'] });
  expectTypeOf(verifyToken('a.b.c', { issuer: process.env['TORII_ISSUER'] })).resolves.toEqualTypeOf<Auth>();
  expectTypeOf(verifyToken(request.headers.get('x-token'), { issuer })).resolves.toEqualTypeOf<Auth>();
});

test('an issuer can be approved by a function', () => {
  const found: string | undefined = new Map<string, string>().get(issuer);
  createVerifier({ issuer: { approve: () => found } });
  createVerifier({ issuer: { approve: async (iss, { signal }) => (signal.aborted ? null : { issuer: iss }) } });
  createVerifier({ issuer: { approve: () => ({ issuer, environmentId: ['env_1'] }), rememberSeconds: 60 } });
  // @ts-expect-error the function must return a URL
  createVerifier({ issuer: { approve: () => true } });
  // @ts-expect-error an environment that is not set would accept all
  createVerifier({ issuer: { approve: () => ({ issuer, environmentId: undefined }) } });
  // @ts-expect-error a list cannot hold a function
  createVerifier({ issuer: [issuer, { approve: () => issuer }] });
});

test('a check that is only reported is a check', () => {
  expectTypeOf(reportOnly<{ plan: string }>((auth) => auth.raw.plan === 'pro')).toEqualTypeOf<
    Check<{ plan: string }>
  >();
  createVerifier({ issuer, checks: [reportOnly((auth) => auth.emailVerified)] });
});

test('an issuer is required, and a string', () => {
  // @ts-expect-error no options
  createVerifier();
  // @ts-expect-error no issuer
  createVerifier({});
  // @ts-expect-error null is not undefined
  createVerifier({ issuer: null });
  // @ts-expect-error a URL is not a string
  createVerifier({ issuer: new URL(issuer) });
  // @ts-expect-error no options
  verifyToken('a.b.c');
});

test('[9] an unknown option does not compile', () => {
  // @ts-expect-error misspelt
  createVerifier({ issuer, audiences: 'api' });
  // @ts-expect-error misspelt
  createVerifier({ issuer, environmentID: 'env_1' });
  // @ts-expect-error of another library
  createVerifier({ issuer, algorithms: ['none'] });
  // @ts-expect-error belongs to a call, not to the verifier
  createVerifier({ issuer, optional: true });
  // @ts-expect-error only for requests
  verifyToken('a.b.c', { issuer, publicPaths: ['/health'] });
  // @ts-expect-error only for requests
  verifyToken('a.b.c', { issuer, checks: [() => true] });
});

test('[9] a security option cannot be undefined', () => {
  const unset: string | undefined = process.env['UNSET'];
  // @ts-expect-error undefined
  createVerifier({ issuer, audience: unset });
  // @ts-expect-error undefined
  createVerifier({ issuer, requireClaims: unset });
  // @ts-expect-error undefined
  createVerifier({ issuer, refuseClaims: unset });
  // @ts-expect-error undefined
  createVerifier({ issuer, environmentId: unset });
  // @ts-expect-error undefined
  createVerifier({ issuer, cookie: unset });
  // @ts-expect-error undefined
  createVerifier({ issuer, header: unset });
  // @ts-expect-error undefined
  createVerifier({ issuer, scheme: unset });
  // @ts-expect-error undefined
  createVerifier({ issuer, checks: undefined });
  // @ts-expect-error undefined
  createVerifier({ issuer, publicPaths: undefined });
  // @ts-expect-error undefined
  createVerifier({ issuer, keys: undefined });
});

test('[9] verifyOptionNames contains every option of VerifyOptions', () => {
  expectTypeOf<(typeof verifyOptionNames)[number]>().toEqualTypeOf<keyof VerifyOptions>();
});

test('[9] the list of option names must be complete and contain no other name', () => {
  const given: { readonly one?: string; readonly two?: string } = {};
  const options = readKnownOptions(given, ['one', 'two'], '{ one }');
  expectTypeOf(options).toEqualTypeOf<Options<'one' | 'two'>>();
  // @ts-expect-error `two` is missing
  readKnownOptions(given, ['one'], '{ one }');
  // @ts-expect-error there is no `three`
  readKnownOptions(given, ['one', 'two', 'three'], '{ one }');
  // @ts-expect-error there is no `three`
  readText(options, 'three', '{ one }');
});

test('an option has its type', () => {
  // @ts-expect-error a string
  createVerifier({ issuer, clockTolerance: '30' });
  // @ts-expect-error a single path
  createVerifier({ issuer, publicPaths: '/health' });
  // @ts-expect-error a single origin
  createVerifier({ issuer, cookie: 'token', origins: 'https://app.test' });
  // @ts-expect-error a single check
  createVerifier({ issuer, checks: () => true });
  // @ts-expect-error a list of keys is not a set
  createVerifier({ issuer, keys: [] });
  // @ts-expect-error a string
  createVerifier({ issuer, allowPreflight: 'true' });
  // @ts-expect-error a string
  createVerifier({ issuer, keysTimeoutMs: '5000' });
  // @ts-expect-error `fetchedAt` is missing
  createVerifier({ issuer, initialKeys: { keys: [] } });
  // @ts-expect-error undefined
  createVerifier({ issuer, initialKeys: undefined });
});

test('without public paths and preflights the Auth is never null', () => {
  const torii = createVerifier({ issuer, audience: 'api', checks: [() => true], allowPreflight: false });
  expectTypeOf(torii).toEqualTypeOf<Verifier<Claims, never>>();
  expectTypeOf(torii.authenticate(request)).resolves.toEqualTypeOf<Auth>();
  expectTypeOf(torii.authenticate(request, {})).resolves.toEqualTypeOf<Auth>();
  expectTypeOf(torii.authenticate(request, { optional: false })).resolves.toEqualTypeOf<Auth>();
  expectTypeOf(torii.verify('a.b.c')).resolves.toEqualTypeOf<Auth>();
  expectTypeOf(authenticateRequest(request, { issuer })).resolves.toEqualTypeOf<Auth>();
});

test('with public paths, preflights or optional auth the Auth can be null', () => {
  const skipping = createVerifier({ issuer, publicPaths: ['/health'] });
  expectTypeOf(skipping).toEqualTypeOf<Verifier<Claims, null>>();
  expectTypeOf(skipping.authenticate(request)).resolves.toEqualTypeOf<Auth | null>();
  expectTypeOf(skipping.verify('a.b.c')).resolves.toEqualTypeOf<Auth>();
  expectTypeOf(
    createVerifier({ issuer, allowPreflight: true }).authenticate(request),
  ).resolves.toEqualTypeOf<Auth | null>();
  expectTypeOf(createVerifier(dynamic).authenticate(request)).resolves.toEqualTypeOf<Auth | null>();
  expectTypeOf(
    authenticateRequest(request, { issuer, publicPaths: ['/health'] }),
  ).resolves.toEqualTypeOf<Auth | null>();
  expectTypeOf(authenticateRequest(request, dynamic)).resolves.toEqualTypeOf<Auth | null>();

  const torii = createVerifier({ issuer });
  expectTypeOf(torii.authenticate(request, { optional: true })).resolves.toEqualTypeOf<Auth | null>();
  expectTypeOf(torii.authenticate(request, { optional: Math.random() > 0.5 })).resolves.toEqualTypeOf<Auth | null>();
  expectTypeOf(verifierFrom(dynamic).authenticate(request)).resolves.toEqualTypeOf<Auth | null>();
});

test('the user id cannot be read if the Auth can be null', async () => {
  const auth = await createVerifier({ issuer, publicPaths: ['/health'] }).authenticate(request);
  // @ts-expect-error perhaps null
  auth.userId;
  const { auth: checked } = await createVerifier({ issuer }).check(request);
  // @ts-expect-error perhaps null
  checked.userId;
});

test('check returns an Auth if there is no denial', async () => {
  const { auth, denial } = await createVerifier({ issuer }).check(request);
  if (denial) {
    expectTypeOf(denial).toEqualTypeOf<Denial>();
    expectTypeOf(auth).toEqualTypeOf<null>();
    expectTypeOf(Response.json(denial.body, denial)).toEqualTypeOf<Response>();
    return;
  }
  expectTypeOf(denial).toEqualTypeOf<undefined>();
  expectTypeOf(auth).toEqualTypeOf<Auth>();
});

test('check returns an Auth or null if requests can pass without a token', async () => {
  const skipping = await createVerifier({ issuer, publicPaths: ['/health'] }).check(request);
  if (!skipping.denial) expectTypeOf(skipping.auth).toEqualTypeOf<Auth | null>();
  const optional = await createVerifier({ issuer }).check(request, { optional: true });
  if (!optional.denial) expectTypeOf(optional.auth).toEqualTypeOf<Auth | null>();
});

test('custom claims are typed in raw, and other claims are unknown', async () => {
  interface Custom {
    plan: 'free' | 'pro';
    limits: { seats: number };
  }
  const torii = createVerifier<Custom>({ issuer, checks: [(auth) => auth.raw.plan === 'pro'] });
  const auth = await torii.authenticate(request);
  expectTypeOf(auth).toEqualTypeOf<Auth<Custom>>();
  expectTypeOf(auth.raw.plan).toEqualTypeOf<'free' | 'pro'>();
  expectTypeOf(auth.raw.limits.seats).toEqualTypeOf<number>();
  expectTypeOf(auth.raw['anything']).toEqualTypeOf<unknown>();
  expectTypeOf((await verifyToken<Custom>('a.b.c', { issuer })).raw.plan).toEqualTypeOf<'free' | 'pro'>();
  expectTypeOf((await authenticateRequest<Custom>(request, { issuer })).raw.plan).toEqualTypeOf<'free' | 'pro'>();
  // @ts-expect-error no such plan
  auth.raw.plan === 'gold';
  // @ts-expect-error not a named claim, so unknown
  auth.raw['other'].length;
});

test('an Auth is readonly', async () => {
  const auth = await verifyToken<{ plan: string }>('a.b.c', { issuer });
  // @ts-expect-error readonly
  auth.userId = 'admin';
  // @ts-expect-error readonly
  auth.raw.plan = 'pro';
  // @ts-expect-error readonly
  auth.raw['sub'] = 'admin';
  if (auth.organization !== null) {
    // @ts-expect-error readonly
    auth.organization.role = 'org:administrator';
  }
});

test('[27] a check returns true, false or a refusal, and nothing else', () => {
  const good: Check[] = [
    () => true,
    async () => false,
    (auth) => auth.emailVerified,
    (auth, view) => view.headerValues('x-tenant')[0] === auth.organization?.id || refuse('Another tenant.', 'detail'),
    async (auth) => !auth.impersonating || refuse(),
  ];
  expectTypeOf(good).not.toBeAny();
  const wrong: Check[] = [
    // @ts-expect-error nothing
    () => {},
    // @ts-expect-error perhaps nothing
    (auth) => auth.organization?.id === 'org_1' || undefined,
    // @ts-expect-error a number
    () => 1,
    // @ts-expect-error a string
    async () => 'true',
    // @ts-expect-error perhaps null, as `auth.organization && …` is
    (auth) => auth.organization && true,
  ];
  expectTypeOf(wrong).not.toBeAny();
});

test('a request can be any request object, or headers', () => {
  const torii = createVerifier({ issuer });
  torii.authenticate(request);
  torii.authenticate(request.headers);
  torii.authenticate({ authorization: 'Bearer a.b.c' });
  torii.authenticate({ authorization: ['a', 'b'], cookie: undefined });
  torii.authenticate([['authorization', 'Bearer a.b.c']]);
  torii.authenticate(new Map([['authorization', 'Bearer a.b.c']]));
  torii.authenticate(request.headers.entries());
  torii.authenticate({ method: 'GET', url: '/', headers: request.headers });
  // @ts-expect-error a token is not a request
  torii.authenticate('a.b.c');
  // @ts-expect-error nothing
  torii.authenticate();
  // @ts-expect-error a list of strings
  torii.authenticate(['authorization', 'Bearer a.b.c']);
});

test('the type of an event narrows its fields', () => {
  createVerifier({
    issuer,
    onEvent(event) {
      expectTypeOf(event).toEqualTypeOf<VerifierEvent>();
      if (event.type === 'refused') expectTypeOf(event.detail.actual).toEqualTypeOf<string | undefined>();
      // @ts-expect-error only some events have it
      event.path;
    },
  });
});

test('strict options are options', () => {
  expectTypeOf<StrictVerifierOptions>().toExtend<VerifierOptions>();
  // @ts-expect-error public paths are not strict
  const strict: StrictVerifierOptions = { issuer, publicPaths: ['/health'] };
  expectTypeOf(strict).not.toBeAny();
});
