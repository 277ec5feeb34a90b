import {
  type Auth,
  authorize,
  type Check,
  type Claims,
  type RequestParts,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
} from '@torii/core';
import { readKnownOptions, requireChecks } from '@torii/core/adapter';
import { headers as nextHeaders } from 'next/headers.js';
import { redirect } from '#navigation';
import { writeDigest } from '../digest.ts';
import { readReturnAddress, signInAddress } from '../return-address.ts';
import type { Settings } from './options.ts';
import { requireShown, withoutHost } from './shown-request.ts';

export interface ProtectOptions {
  /**
   * Where to go back to after signing in: this page's own path, as browsers see it, `basePath` included. A server component
   * cannot know it. One that turns out to lead nowhere safe, as a route's parameter may make it, is left out.
   */
  readonly returnTo: string;
}

/** `protect`, for pages and server actions. */
export interface Protect<Custom extends object = Claims> {
  (...checks: readonly Check<Custom>[]): Promise<Auth<Custom>>;
  (options: ProtectOptions, ...checks: readonly Check<Custom>[]): Promise<Auth<Custom>>;
}

/** Makes `auth`. */
export function recognize<Custom extends object>({ guard }: Settings) {
  return async (): Promise<Auth<Custom> | null> => {
    const request = await currentRequest();
    try {
      return (await guard.authenticate(withoutHost(request), { optional: true })) as Auth<Custom> | null;
    } catch (error) {
      // A token that has ended, or that is not ours, makes nobody of its bearer. Anything else is no answer at all.
      if (error instanceof ToriiAuthError) return null;
      throw writeDigest(error);
    }
  };
}

/** Makes `protect`. */
export function protectWith<Custom extends object>({ guard, signInPath, origins }: Settings): Protect<Custom> {
  return async (...given: readonly (Check<Custom> | ProtectOptions)[]): Promise<Auth<Custom>> => {
    const { returnTo, checks } = readArguments(given, origins);
    const request = await currentRequest();
    try {
      const auth = (await guard.authenticate(withoutHost(request))) as Auth<Custom>;
      if (checks.length > 0) await authorize(auth, request, checks);
      return auth;
    } catch (error) {
      const isPage = request.method !== undefined;
      // In an action nobody waits for a page: the code that called it gets the error.
      if (!(error instanceof ToriiAuthError) || !isPage) throw error instanceof ToriiError ? writeDigest(error) : error;
    }
    // Outside the try: Next's redirect is a throw.
    return redirect(signInAddress(signInPath, returnTo, origins));
  };
}

function readArguments<Custom extends object>(
  given: readonly (Check<Custom> | ProtectOptions)[],
  origins: readonly string[],
): { readonly returnTo: string | undefined; readonly checks: readonly Check<Custom>[] } {
  const [first, ...rest] = given;
  const options =
    typeof first === 'object' && first !== null
      ? readKnownOptions(first, ['returnTo'], "protect({ returnTo: '/notes' })")
      : null;
  const checks: readonly unknown[] = options === null ? given : rest;
  if (checks.length > 0) requireChecks(checks, 'protect');
  const returnTo = options === null ? undefined : readReturnTo(options['returnTo'], origins);
  return { returnTo, checks: checks as readonly Check<Custom>[] };
}

// What is no path and no URL of this app is a mistake of the code. A path that cannot be gone back to is not: it is made of
// what a stranger wrote into the address, and whoever is signed in shall not see an error for it.
function readReturnTo(returnTo: unknown, origins: readonly string[]): string | undefined {
  const address = readReturnAddress(returnTo, origins);
  if (address !== undefined || (typeof returnTo === 'string' && returnTo.startsWith('/'))) return address;
  throw new ToriiConfigError('protect', "`returnTo` is not a path of this app. Write protect({ returnTo: '/notes' }).");
}

/**
 * The request that is being answered, by its headers. Next says neither its method nor its path. A browser sends a body or
 * an Origin with all but GET and HEAD, so that a request with neither of them is safe, unless another site's script sent
 * it: something on the way may have dropped its Origin. Where it may not be safe, the method counts as unknown, and the
 * cookie only where one of the app's own pages sent it.
 *
 * @throws ToriiConfigError where Next has not shown the request
 */
async function currentRequest(): Promise<RequestParts> {
  const headers = await nextHeaders();
  requireShown(headers);
  const isUnsafe = ['origin', 'content-type', 'transfer-encoding', 'next-action'].some((name) => headers.has(name));
  // Some proxies say of a GET that its body is empty.
  const hasBody = (headers.get('content-length') ?? '0') !== '0';
  const method = isUnsafe || hasBody || isFromForeignScript(headers) ? undefined : 'GET';
  return { method, host: headers.get('host') ?? undefined, headers };
}

// A link, an address that was typed, a frame: `navigate`. With a form that posts, there is a Content-Type.
function isFromForeignScript(headers: Pick<Headers, 'get'>): boolean {
  const site = headers.get('sec-fetch-site');
  const isForeign = site !== null && site !== 'same-origin' && site !== 'none';
  return isForeign && headers.get('sec-fetch-mode') !== 'navigate';
}
