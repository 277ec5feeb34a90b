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
import { requireHeaders, withoutHost } from './shown-request.ts';

export interface ProtectOptions {
  /**
   * The path to return to after signing in: this page's own path as browsers see it, with Next's `basePath`. Next does
   * not tell a server component its path. A path that is unsafe to redirect to is ignored; route parameters can make a
   * path unsafe.
   */
  readonly returnTo: string;
}

/** Guards a page or a server action: see `ToriiNext.protect`. */
export interface Protect<Custom extends object = Claims> {
  (...checks: readonly Check<Custom>[]): Promise<Auth<Custom>>;
  (options: ProtectOptions, ...checks: readonly Check<Custom>[]): Promise<Auth<Custom>>;
}

export function createAuth<Custom extends object>({ verifier }: Settings) {
  return async (): Promise<Auth<Custom> | null> => {
    const request = await currentRequest();
    try {
      return (await verifier.authenticate(withoutHost(request), { optional: true })) as Auth<Custom> | null;
    } catch (error) {
      // Only this error means signed out. After others, such as unavailable keys, the user may be signed in.
      if (error instanceof ToriiAuthError) return null;
      throw writeDigest(error);
    }
  };
}

export function createProtect<Custom extends object>({ verifier, signInPath, origins }: Settings): Protect<Custom> {
  return async (...given: readonly (Check<Custom> | ProtectOptions)[]): Promise<Auth<Custom>> => {
    const { returnTo, checks } = readArguments(given, origins);
    const request = await currentRequest();
    try {
      const auth = (await verifier.authenticate(withoutHost(request))) as Auth<Custom>;
      if (checks.length > 0) await authorize(auth, request, checks);
      return auth;
    } catch (error) {
      const isPage = request.method !== undefined;
      if (!(error instanceof ToriiAuthError) || !isPage) throw error instanceof ToriiError ? writeDigest(error) : error;
    }
    // Outside of the `try`, because `redirect` works by throwing.
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

// Returns `undefined` for an unsafe path instead of throwing: route parameters can make a path unsafe, and a signed-in
// user who follows a link to that page must not see an error.
function readReturnTo(returnTo: unknown, origins: readonly string[]): string | undefined {
  const address = readReturnAddress(returnTo, origins);
  if (address !== undefined || (typeof returnTo === 'string' && returnTo.startsWith('/'))) return address;
  throw new ToriiConfigError(
    'protect',
    "`returnTo` must be a path of this app. Write protect({ returnTo: '/notes' }).",
  );
}

// Next does not tell the method, so guess it. With `Origin`, a body, or a script of another site (a reverse proxy may
// remove `Origin`), return no method: core then accepts the cookie only from the app's own pages (CSRF). Other requests
// count as GET.
async function currentRequest(): Promise<RequestParts> {
  const headers = await nextHeaders();
  requireHeaders(headers);
  const isUnsafe = ['origin', 'content-type', 'transfer-encoding', 'next-action'].some((name) => headers.has(name));
  // `Content-Length: 0` is not a body: some reverse proxies add it to GET requests.
  const hasBody = (headers.get('content-length') ?? '0') !== '0';
  const method = isUnsafe || hasBody || isFromForeignScript(headers) ? undefined : 'GET';
  return { method, host: headers.get('host') ?? undefined, headers };
}

// Whether a script of another origin sent the request. The mode `navigate` means a link, a typed address, a frame or a
// form, never `fetch`. A form sent with POST is recognized by its Content-Type.
function isFromForeignScript(headers: Pick<Headers, 'get'>): boolean {
  const site = headers.get('sec-fetch-site');
  const isForeign = site !== null && site !== 'same-origin' && site !== 'none';
  return isForeign && headers.get('sec-fetch-mode') !== 'navigate';
}
