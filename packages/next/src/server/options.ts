import {
  createVerifier,
  ToriiConfigError,
  type Verifier,
  type VerifierEventListener,
  type VerifyOptions,
} from '@torii/core';
import {
  emitterFor,
  isLoopback,
  listOrigins,
  listPaths,
  type Options,
  readChoice,
  readFlag,
  readFunction,
  readKnownOptions,
  readLiteralPath,
  readText,
  requestHints,
  verifyHints,
  verifyOptionNames,
  wrongOption,
} from '@torii/core/adapter';
import { connection } from 'next/server.js';
import { defaultTokenPath } from '../paths.ts';
import { alwaysPublic, asNextShows } from './always-public.ts';
import { createHints, type DevelopmentHints } from './development-hints.ts';
import { bypassNextCache } from './issuer/fresh-fetch.ts';
import { type RefusedPage, refusedPages } from './pages/refused-page.ts';
import { chooseTokenCookie, type TokenCookie } from './token-cookie.ts';

/** The options of `createToriiNext`, including the options of `@torii/core` for verifying tokens. */
export interface ToriiNextOptions extends VerifyOptions {
  /** The path of the app's sign-in page, such as `/sign-in`. The page is public. */
  readonly signInPath: string;
  /**
   * Every origin where browsers reach this app, such as `https://app.example.com`, including preview deployments. Only
   * pages of these origins may send the token cookie with POST and other unsafe methods (CSRF). The Host header is not
   * used for this decision: it can be forged unless a trusted proxy sets it, and Next has no setting for trusted
   * proxies. In production, each origin must be https, except on loopback.
   */
  readonly origins: readonly (string | undefined)[];
  /**
   * Paths that the proxy lets through without a token: literals such as `/`, or `/docs/*` for everything below `/docs/`. A
   * trailing slash of a literal makes no difference.
   * The sign-in page, the token route, `/_torii/*`, `/_next/static/*` and the files of the root that crawlers ask for, such
   * as `/favicon.ico` and `/robots.txt`, are always public. Only `proxy` reads this option.
   *
   * @default []
   */
  readonly publicPaths?: readonly string[];
  /**
   * The path of the token route, without Next's `basePath`. Also pass it to the functions of `@torii/next/client`.
   *
   * @default '/api/torii/token'
   */
  readonly tokenPath?: string;
  /**
   * Whether the proxy lets CORS preflight requests through, which carry no token.
   *
   * @default false
   */
  readonly allowPreflight?: boolean;
  /**
   * What a page shows if a check of `protect` refuses a signed-in user: `'forbidden'` for 403 and the app's `forbidden.tsx`,
   * which needs Next 15.1 and `experimental.authInterrupts`, or `'not_found'` for 404 and `not-found.tsx`.
   *
   * @default 'forbidden' if `experimental.authInterrupts` is on, otherwise 'not_found'
   */
  readonly refusedPage?: RefusedPage;
  /**
   * The publishable key of your environment, from the dashboard. Only `getToken({ template })` needs it.
   */
  readonly publishableKey?: string | undefined;
  /**
   * Whether the proxy renews an expired token cookie from Torii's session cookie, so that page loads and forms need no detour
   * through the sign-in page. Needs the issuer route. Provisional: Torii has not published the request that renews a token.
   *
   * @default false
   */
  readonly renewInProxy?: boolean;
}

export interface Settings {
  readonly verifier: Verifier<object, never>;
  readonly proxyVerifier: Verifier<object>;
  readonly headerVerifier: Verifier<object, never>;
  readonly cookie: TokenCookie;
  readonly origins: readonly string[];
  readonly signInPath: string;
  readonly refusedPage: RefusedPage | undefined;
  readonly tokenPath: string;
  readonly renewInProxy: boolean;
  /** Finds revoked tokens without reporting each request twice. Only with `renewInProxy` and `revocations`. */
  readonly renewalVerifier: Verifier<object, never> | undefined;
  readonly upstream: string;
  readonly publishableKey: string | undefined;
  readonly emit: VerifierEventListener;
  /** Only while `next dev` runs. */
  readonly hints: DevelopmentHints | undefined;
}

const optionNames = [
  ...verifyOptionNames,
  'signInPath',
  'origins',
  'publicPaths',
  'tokenPath',
  'allowPreflight',
  'publishableKey',
  'refusedPage',
  'renewInProxy',
] as const;

const example = "createToriiNext({ issuer: 'https://acme.torii.so', signInPath: '/sign-in', origins: [appOrigin] })";

export function readOptions(given: ToriiNextOptions): Settings {
  if (typeof connection !== 'function') {
    throw new ToriiConfigError(
      'next',
      '@torii/next needs Next 15 or 16. Found an older version. Run `npm install next@16`.',
    );
  }
  const options = readKnownOptions(given, optionNames, example, 'options', {
    'Call torii.getToken() instead': 'exposetoken',
    ...verifyHints,
    ...requestHints,
    signInPath: 'signinurl loginurl loginpath',
  });
  const production = !['development', 'test'].includes(process.env['NODE_ENV'] ?? '');
  const origins = readOrigins(options, production);
  const signInPath = readLiteralPath(options, 'signInPath', "signInPath: '/sign-in'");
  const tokenPath =
    'tokenPath' in options
      ? readLiteralPath(options, 'tokenPath', `tokenPath: '${defaultTokenPath}'`)
      : defaultTokenPath;
  const cookie = chooseTokenCookie(origins, production);

  const verifyEntries = verifyOptionNames.filter((name) => name in options).map((name) => [name, options[name]]);
  const verify = { ...Object.fromEntries(verifyEntries), fetch: bypassNextCache(options.fetch) } as VerifyOptions;
  const places = { cookie: cookie.name, origins };
  const preflight = 'allowPreflight' in options ? { allowPreflight: options.allowPreflight as boolean } : {};
  const publicPaths = [
    ...listPaths(options, 'publicPaths').flatMap(asNextShows),
    ...alwaysPublic(signInPath, tokenPath),
  ];
  const renewInProxy = readFlag(options, 'renewInProxy');
  const [upstream = ''] = [verify.issuer ?? []].flat();
  return {
    headerVerifier: createVerifier<object>(verify),
    verifier: createVerifier<object>({ ...verify, ...places }),
    proxyVerifier: createVerifier<object>({ ...verify, ...places, ...preflight, publicPaths }),
    cookie,
    origins,
    signInPath,
    refusedPage: 'refusedPage' in options ? readChoice(options, 'refusedPage', refusedPages) : undefined,
    tokenPath,
    renewInProxy,
    renewalVerifier:
      renewInProxy && 'revocations' in verify
        ? createVerifier<object>({ ...verify, ...places, onEvent: undefined })
        : undefined,
    upstream: upstream.replace(/\/$/, ''),
    publishableKey: readPublishableKey(options),
    emit: emitterFor(readFunction<VerifierEventListener>(options, 'onEvent')),
    hints: process.env['NODE_ENV'] === 'development' ? createHints({ origins, tokenPath }) : undefined,
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

function readOrigins(options: Options<'origins'>, production: boolean): readonly string[] {
  const remedy = "origins: ['https://app.example.com'], or set the environment variable that you read it from";
  const origins = 'origins' in options ? listOrigins(options, 'origins', remedy) : [];
  if (origins.length === 0) throw wrongOption('origins', `is missing. Write ${remedy}`);
  // Allow http on loopback in production too, because most browsers accept a `Secure` cookie there without https.
  const insecure = origins.find((origin) => !origin.startsWith('https:') && !isLoopback(new URL(origin).hostname));
  if (production && insecure !== undefined) {
    const replacement = insecure.replace(/^http:/, 'https:');
    throw wrongOption(
      'origins',
      `must be https in production, because the token cookie is sent over https only. Found: ${insecure}. Write ${replacement}`,
    );
  }
  return origins;
}
