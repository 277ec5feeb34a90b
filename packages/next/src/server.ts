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
import { requireChecks } from '@torii/core/adapter';
import { headers as nextHeaders } from 'next/headers.js';
import { redirect } from '#navigation';
import { writeDigest } from './digest.ts';
import type { Settings } from './options.ts';
import { readReturnAddress, signInAddress } from './return-address.ts';

export interface ProtectOptions {
  /** Where to go back to after signing in: this page's own path. A server component cannot know it. */
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
      return (await guard.authenticate(request, { optional: true })) as Auth<Custom> | null;
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
      const auth = (await guard.authenticate(request)) as Auth<Custom>;
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
  const hasOptions = typeof first === 'object' && first !== null;
  const checks: readonly unknown[] = hasOptions ? rest : given;
  if (checks.length > 0) requireChecks(checks, 'protect');
  const returnTo = hasOptions ? first.returnTo : undefined;
  if (hasOptions && readReturnAddress(returnTo, origins) === undefined) {
    throw new ToriiConfigError(
      'protect',
      "`returnTo` is not a path of this app. Write protect({ returnTo: '/notes' }).",
    );
  }
  return { returnTo, checks: checks as readonly Check<Custom>[] };
}

/**
 * The request that is being answered, by its headers. Next says neither its method nor its path. A browser sends a body or
 * an Origin with all but GET and HEAD, so that a request with neither of them is safe; of any other the method counts as
 * unknown, and its cookie only where one of the app's own pages sent it.
 */
async function currentRequest(): Promise<RequestParts> {
  const headers = await nextHeaders();
  const unsafe = ['origin', 'content-type', 'transfer-encoding', 'next-action'].some((name) => headers.has(name));
  // Some proxies say of a GET that its body is empty.
  const hasBody = (headers.get('content-length') ?? '0') !== '0';
  const method = unsafe || hasBody ? undefined : 'GET';
  return { method, host: headers.get('host') ?? undefined, headers };
}
