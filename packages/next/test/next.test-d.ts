import type { BrowserSession } from '@torii/emulator/browser';
import {
  type Auth,
  type Check,
  createToriiNext,
  createToriiProxy as misplaced,
  type RouteHandler,
  type ToriiNextOptions,
} from '@torii/next';
import { changeOrganization, type ToriiSession, useSignIn } from '@torii/next/client';
import { createToriiProxy, type ProxyFunction } from '@torii/next/proxy';
import { renewInProxy } from '@torii/next/renewal';
import { NextResponse } from 'next/server.js';
import { expectTypeOf, test } from 'vitest';

const options = { issuer: 'https://acme.torii.so', signInPath: '/sign-in', origins: ['https://app.test'] };
const torii = createToriiNext<{ plan: string }>(options);

test('options may come from environment variables, and the required ones cannot be left out', () => {
  createToriiNext({ ...options, issuer: process.env['TORII_ISSUER'], origins: [process.env['APP_ORIGIN']] });
  // @ts-expect-error: no issuer
  createToriiNext({ signInPath: '/sign-in', origins: ['https://app.test'] });
  // @ts-expect-error: no sign-in page
  createToriiNext({ issuer: 'https://acme.torii.so', origins: ['https://app.test'] });
  // @ts-expect-error: no origins
  createToriiNext({ issuer: 'https://acme.torii.so', signInPath: '/sign-in' });
  // @ts-expect-error: unknown option
  createToriiNext({ ...options, skip: ['/'] });
  // @ts-expect-error: the app cannot choose the cookie
  createToriiNext({ ...options, cookie: 'session' });
});

test('the proxy takes the options of the helpers, and its handler sees who is signed in, if anyone is', () => {
  const shared: ToriiNextOptions = { ...options, publicPaths: ['/'], renewInProxy };
  expectTypeOf(createToriiProxy(shared)).toEqualTypeOf<ProxyFunction>();
  createToriiProxy<{ plan: string }>(options, (request, { auth }) => {
    expectTypeOf(auth).toEqualTypeOf<Auth<{ plan: string }> | null>();
    return request.nextUrl.pathname === '/old' ? NextResponse.redirect('https://app.test/new') : null;
  });
  createToriiProxy({ ...options, renewInProxy: false });
  // @ts-expect-error: what renews is imported, so that other proxies do not contain it
  createToriiProxy({ ...options, renewInProxy: true });
  // @ts-expect-error: unknown option
  createToriiProxy({ ...options, skip: ['/'] });
  // @ts-expect-error: the helpers are not options
  createToriiProxy(torii);
  // @ts-expect-error: it is in @torii/next/proxy
  misplaced(options);
});

test('getToken resolves to a text or null', () => {
  expectTypeOf(torii.getToken()).resolves.toEqualTypeOf<string | null>();
  createToriiNext({ ...options, publishableKey: process.env['TORII_PUBLISHABLE_KEY'] });
  torii.withAuth(async (request) => Response.json(await torii.getToken({ request, template: 'reports' })));
  // @ts-expect-error: not the name alone
  torii.getToken('reports');
  // @ts-expect-error: a variable that is not set
  torii.getToken({ template: undefined });
  // @ts-expect-error: unknown option
  torii.getToken({ templateName: 'reports' });
});

test('auth may resolve to null, protect may not', () => {
  expectTypeOf(torii.auth).returns.resolves.toEqualTypeOf<Auth<{ plan: string }> | null>();
  expectTypeOf(torii.protect()).resolves.toEqualTypeOf<Auth<{ plan: string }>>();
  expectTypeOf(torii.protect({ returnTo: '/notes' })).resolves.toEqualTypeOf<Auth<{ plan: string }>>();
  // @ts-expect-error: neither a check nor options
  torii.protect('/notes');
  // @ts-expect-error: a check must not return a string
  torii.protect(() => 'yes');
});

test('a handler gets the Auth and the route parameters', () => {
  const handler = torii.withAuth<{ id: string }>(async (request, { auth, params }) => {
    expectTypeOf(auth.raw.plan).toEqualTypeOf<string>();
    expectTypeOf((await params).id).toEqualTypeOf<string>();
    return NextResponse.json({ path: request.nextUrl.pathname });
  });
  expectTypeOf(handler).toEqualTypeOf<RouteHandler<{ id: string }>>();
  const isPro: Check<{ plan: string }> = (auth) => auth.raw.plan === 'pro';
  torii.withAuth(() => new Response(), isPro);
  // @ts-expect-error: not a Response
  torii.withAuth(() => 'hello');
  const isFree: Check<{ seats: number }> = (auth) => auth.raw.seats === 1;
  // @ts-expect-error: a check for other claims
  torii.withAuth(() => new Response(), isFree);
});

test('fromRequest returns either auth or denial', async () => {
  const { auth, denial } = await torii.fromRequest({ headers: {} });
  if (denial) expectTypeOf(auth).toEqualTypeOf<null>();
  else expectTypeOf(auth).toEqualTypeOf<Auth<{ plan: string }>>();
});

test('the functions for the browser take what a provider returns, and the session of the emulator', () => {
  expectTypeOf<BrowserSession>().toExtend<ToriiSession>();
  const auth = {
    isLoaded: true,
    isSignedIn: false,
    userProfile: null,
    getToken: async () => null,
    signOut: async () => {},
  };
  expectTypeOf(useSignIn(auth).status).toEqualTypeOf<'checking' | 'leaving' | 'signed_out' | 'failed'>();
  // What the provider's function returns does not matter.
  expectTypeOf(
    changeOrganization({ ...auth, switchOrganization: async () => ({ expiresAt: '' }) }, 'acme'),
  ).resolves.toBeVoid();
  // @ts-expect-error: without `getToken`, the new token cannot be stored
  changeOrganization({ switchOrganization: async () => {} }, 'acme');
});
