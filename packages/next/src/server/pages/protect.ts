import {
  type Auth,
  authorize,
  type Check,
  type Claims,
  type RequestParts,
  ToriiAuthError,
  ToriiConfigError,
  type ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
} from '@torii/core';
import { guardOutcome, readKnownOptions, requireChecks } from '@torii/core/internal';
import { redirect } from '#navigation';
import { withBasePath } from '../../base-path.ts';
import { writeDigest } from '../../digest.ts';
import { readReturnAddress, signInAddress } from '../../return-address.ts';
import type { Settings } from '../settings.ts';
import { withoutHost } from '../shown-request.ts';
import { currentRequest } from './current-request.ts';
import { showRefusedPage } from './refused-page.ts';

export interface ProtectOptions {
  /**
   * The path that the user returns to after signing in: the path of this page, without Next's `basePath`. Next does not tell
   * a server component its path. A path that is unsafe to redirect to is ignored, and the user does not return to this page.
   * This is not an error, because the path may contain route parameters, which come from the visitor.
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
    const { request } = await currentRequest('auth');
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

export function createProtect<Custom extends object>(settings: Settings): Protect<Custom> {
  const { verifier, signInPath, origins, refusedPage, hints } = settings;
  return (...given: readonly (Check<Custom> | ProtectOptions)[]): Promise<Auth<Custom>> => guardOutcome(protect(given));

  async function protect(given: readonly (Check<Custom> | ProtectOptions)[]): Promise<Auth<Custom>> {
    const { returnTo, checks } = readArguments(given, origins);
    const { request, isServerAction } = await currentRequest('protect');
    if (returnTo?.startsWith('/')) hints?.guarded(returnTo.replace(/[?#].*$/, ''));
    const outcome = await authorized(request, checks);
    if (!('refusal' in outcome)) return outcome.auth;
    const { refusal } = outcome;
    if (isServerAction) throw writeDigest(refusal);
    // These functions work by throwing an error that Next handles, so call them outside of any `try` statement.
    if (refusal instanceof ToriiAuthError) {
      // `redirect` adds `basePath` to the path of the sign-in page.
      return redirect(signInAddress(signInPath, returnTo && withBasePath(returnTo), origins));
    }
    return showRefusedPage(refusedPage);
  }

  async function authorized(
    request: RequestParts,
    checks: readonly Check<Custom>[],
  ): Promise<{ readonly auth: Auth<Custom> } | { readonly refusal: ToriiError }> {
    try {
      const auth = (await verifier.authenticate(withoutHost(request))) as Auth<Custom>;
      if (checks.length > 0) await authorize(auth, request, checks);
      return { auth };
    } catch (error) {
      if (isRefusal(error)) return { refusal: error };
      throw writeDigest(error);
    }
  }
}

// Any other error means that there was no decision, such as unavailable keys, or that a check failed.
function isRefusal(error: unknown): error is ToriiError {
  return [ToriiAuthError, ToriiForbiddenError, ToriiRequestError].some((kind) => error instanceof kind);
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
