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
import { guardOutcome, readKnownOptions, requireChecks } from '@torii/core/adapter';
import { headers as nextHeaders } from 'next/headers.js';
import { connection } from 'next/server.js';
import { redirect } from '#navigation';
import { withBasePath } from '../base-path.ts';
import { writeDigest } from '../digest.ts';
import { readReturnAddress, signInAddress } from '../return-address.ts';
import type { Settings } from './options.ts';
import { requireHeaders, withoutHost } from './shown-request.ts';

export interface ProtectOptions {
  /**
   * The path that the user returns to after signing in: the path of this page, without Next's `basePath`. It is needed because Next does not tell a server component its path. If the path is unsafe
   * to redirect to, it is ignored, and the user does not return to this page. This is not an error, because the path may
   * contain route parameters, which come from the visitor.
   */
  readonly returnTo: string;
}

/** Guards a page or a server action: see `ToriiNext.protect`. */
export interface Protect<Custom extends object = Claims> {
  (...checks: readonly Check<Custom>[]): Promise<Auth<Custom>>;
  (options: ProtectOptions, ...checks: readonly Check<Custom>[]): Promise<Auth<Custom>>;
}

export function createAuth<Custom extends object>({ verifier }: Settings) {
  return (): Promise<Auth<Custom> | null> => guardOutcome(auth());

  async function auth(): Promise<Auth<Custom> | null> {
    const request = await currentRequest();
    try {
      return (await verifier.authenticate(withoutHost(request), { optional: true })) as Auth<Custom> | null;
    } catch (error) {
      // Only this error means that the user is signed out. With any other, such as unavailable keys, the user may be
      // signed in.
      if (error instanceof ToriiAuthError) return null;
      throw writeDigest(error);
    }
  }
}

export function createProtect<Custom extends object>({
  verifier,
  signInPath,
  origins,
  hints,
}: Settings): Protect<Custom> {
  return (...given: readonly (Check<Custom> | ProtectOptions)[]): Promise<Auth<Custom>> => guardOutcome(protect(given));

  async function protect(given: readonly (Check<Custom> | ProtectOptions)[]): Promise<Auth<Custom>> {
    const { returnTo, checks } = readArguments(given, origins);
    const request = await currentRequest();
    if (returnTo?.startsWith('/')) hints?.guarded(returnTo.replace(/[?#].*$/, ''));
    try {
      const auth = (await verifier.authenticate(withoutHost(request))) as Auth<Custom>;
      if (checks.length > 0) await authorize(auth, request, checks);
      return auth;
    } catch (error) {
      const isPage = request.method !== undefined;
      if (!(error instanceof ToriiAuthError) || !isPage) throw error instanceof ToriiError ? writeDigest(error) : error;
    }
    // Call `redirect` after the `try` statement: it works by throwing an error, which `catch` must not handle.
    // `redirect` adds `basePath` to the path of the sign-in page.
    return redirect(signInAddress(signInPath, returnTo && withBasePath(returnTo), origins));
  }
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

function readReturnTo(returnTo: unknown, origins: readonly string[]): string | undefined {
  const address = readReturnAddress(returnTo, origins);
  if (address !== undefined || (typeof returnTo === 'string' && returnTo.startsWith('/'))) return address;
  throw new ToriiConfigError(
    'protect',
    "`returnTo` must be a path of this app. Write protect({ returnTo: '/notes' }).",
  );
}

// Next does not tell a page or server action the request's method, so infer it. A request with `Origin`, with a body,
// or from a script of another site (a reverse proxy may remove `Origin`) gets no method: core then accepts the cookie
// only from the app's own pages (CSRF). Any other request is treated as GET.
async function currentRequest(): Promise<RequestParts> {
  const headers = await nextHeaders();
  requireHeaders(headers, 'headers');
  await untilRequest();
  const isUnsafe = ['origin', 'content-type', 'transfer-encoding', 'next-action'].some((name) => headers.has(name));
  // `Content-Length: 0` does not mean that there is a body: some reverse proxies add it to GET requests.
  const hasBody = (headers.get('content-length') ?? '0') !== '0';
  const method = isUnsafe || hasBody || isFromForeignScript(headers) ? undefined : 'GET';
  return { method, headers };
}

// Next also renders pages ahead of a request for their data, to prefetch them. It then gives out headers but no clock, which
// decides whether a token has expired: without this call, Next logs an error for each signed-in user.
async function untilRequest(): Promise<void> {
  let requested: Promise<void> | undefined;
  try {
    requested = connection();
  } catch {
    // `connection()` throws if there is no request. Only a unit test that mocks `headers()` gets here without one.
  }
  await requested;
}

// Whether a script of another origin sent the request. The mode `navigate` means a link, a typed address, a frame or a
// form, never a script's `fetch`. `currentRequest` recognizes a form sent with POST by its Content-Type.
function isFromForeignScript(headers: Pick<Headers, 'get'>): boolean {
  const site = headers.get('sec-fetch-site');
  const isForeign = site !== null && site !== 'same-origin' && site !== 'none';
  return isForeign && headers.get('sec-fetch-mode') !== 'navigate';
}
