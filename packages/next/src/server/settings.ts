import { createVerifier, type Verifier, type VerifierEventListener } from '@torii/core';
import {
  combine,
  emitterFor,
  listPaths,
  type Options,
  readChoice,
  readFlag,
  readFunction,
  readText,
  requestHints,
  verifyHints,
  wrongOption,
} from '@torii/core/internal';
import type { DevelopmentHints } from './development-hints.ts';
import { upstreamOf } from './issuer/upstream.ts';
import { readOptions, type ToriiNextOptions } from './options.ts';
import { type RefusedPage, refusedPages } from './pages/refused-page.ts';
import type { TokenCookie } from './token-cookie.ts';

/** The settings of all helpers but the proxy. */
export interface Settings {
  readonly verifier: Verifier<object, never>;
  readonly headerVerifier: Verifier<object, never>;
  readonly cookie: TokenCookie;
  readonly origins: readonly string[];
  readonly signInPath: string;
  readonly refusedPage: RefusedPage | undefined;
  readonly renewInProxy: boolean;
  readonly upstream: string;
  readonly publishableKey: string | undefined;
  readonly emit: VerifierEventListener;
  readonly hints: DevelopmentHints | undefined;
}

// Not for the proxy, whose bundle they would enlarge: an app that has a proxy gives both the same options.
const optionHints = {
  'Call torii.getToken() instead': 'exposetoken',
  ...verifyHints,
  ...requestHints,
  signInPath: 'signinurl loginurl loginpath',
};

export function readSettings(given: ToriiNextOptions): Settings {
  const { options, verify, places, cookie, origins, signInPath, renewal, hints } = readOptions(
    given,
    'createToriiNext',
    optionHints,
  );
  // Only the proxy uses these two. They are checked here too, so that a mistake is found without a request to the proxy.
  listPaths(options, 'publicPaths');
  readFlag(options, 'allowPreflight');
  const torii = createVerifier<object>({ ...verify, ...places });
  return {
    headerVerifier: createVerifier<object>(verify),
    verifier: 'verifier' in options ? combine(torii, options.verifier).verifier : torii,
    cookie,
    origins,
    signInPath,
    refusedPage: 'refusedPage' in options ? readChoice(options, 'refusedPage', refusedPages) : undefined,
    renewInProxy: renewal !== undefined,
    upstream: upstreamOf(verify),
    publishableKey: readPublishableKey(options),
    emit: emitterFor(readFunction<VerifierEventListener>(options, 'onEvent')),
    hints,
  };
}

// The form of a publishable key is not published. It is sent in a header (RFC 9110 5.5), and a comma would make it two keys.
function readPublishableKey(options: Options<'publishableKey'>): string | undefined {
  const remedy = 'Write the publishable key from your dashboard, or leave it out if you use no token templates';
  const key = readText(options, 'publishableKey', 'publishableKey: process.env.TORII_PUBLISHABLE_KEY');
  if (key === undefined) return undefined;
  if (/\bsk_/i.test(key))
    throw wrongOption('publishableKey', `is a secret key, which must not leave your server. ${remedy}`);
  if (/whsec_|eyJ/.test(key)) throw wrongOption('publishableKey', `is a webhook secret or a token. ${remedy}`);
  if (!/^[\x21-\x2B\x2D-\x7E]{1,256}$/.test(key))
    throw wrongOption('publishableKey', `cannot be sent as a header. ${remedy}`);
  return key;
}
