import { ToriiConfigError, type Verifier, type VerifyOptions } from '@torii/core';
import {
  type Hints,
  isLoopback,
  listOrigins,
  type Options,
  readKnownOptions,
  readLiteralPath,
  verifyOptionNames,
  wrongOption,
  wrongValue,
} from '@torii/core/internal';
import { connection } from 'next/server.js';
import { defaultTokenPath } from '../paths.ts';
import { createHints, type DevelopmentHints } from './development-hints.ts';
import { bypassNextCache } from './issuer/fresh-fetch.ts';
import type { RefusedPage } from './pages/refused-page.ts';
import type { ProxyRenewal, StartRenewal } from './renewal/proxy-renewal.ts';
import { chooseTokenCookie, type TokenCookie } from './token-cookie.ts';

/** The options of `createToriiNext` and `createToriiProxy`, including the options of `@torii/core` for verifying tokens. */
export interface ToriiNextOptions extends Omit<VerifyOptions, 'issuer'> {
  /**
   * Your issuer URL from the dashboard, such as `https://acme.torii.so`, or a list of issuer URLs: the option of the same name of
   * `@torii/core`, without `{ approve }`. The issuer route and the renewal of tokens use the first one.
   */
  readonly issuer: string | readonly string[] | undefined;
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
   * as `/favicon.ico` and `/robots.txt`, are always public. Only `createToriiProxy` reads this option.
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
   * Accepts tokens of other issuers too, for example of a provider that you are leaving. The function gets the verifier of Torii's
   * tokens, and returns an `anyVerifier` of it and the others. If one of the others reads a cookie, only the
   * `origins` of that verifier apply. The token route stores only tokens of Torii.
   *
   * @example verifier: (torii) => anyVerifier([torii, createJwtVerifier({ issuer, jwks, algorithms: ['RS256'] })])
   */
  readonly verifier?: (torii: Verifier<object, never>) => Verifier<object, null>;
  /**
   * Makes the proxy renew an expired token cookie from Torii's session cookie, so that page loads and forms need no detour
   * through the sign-in page: `renewInProxy` of `@torii/next/renewal`. Needs the issuer route. Provisional: Torii has not
   * published the request that renews a token.
   *
   * @default false
   */
  readonly renewInProxy?: ProxyRenewal | false;
}

/** What the proxy and the other helpers have in common. */
export interface CommonSettings {
  /** All options, checked for their names. */
  readonly options: GivenOptions;
  readonly verify: VerifyOptions;
  /** Where the token cookie is, and whose pages may send it. */
  readonly places: { readonly cookie: string; readonly origins: readonly string[] };
  readonly cookie: TokenCookie;
  readonly origins: readonly string[];
  readonly signInPath: string;
  readonly tokenPath: string;
  readonly renewal: StartRenewal | undefined;
  /** Set only while `next dev` runs. */
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
  'verifier',
  'renewInProxy',
] as const;

export type GivenOptions = Options<keyof ToriiNextOptions>;

/**
 * @param caller the function that got the options, for messages
 * @param optionHints what to write instead of names of other libraries
 */
export function readOptions(
  given: ToriiNextOptions,
  caller: 'createToriiNext' | 'createToriiProxy',
  optionHints: Hints = {},
): CommonSettings {
  if (typeof connection !== 'function') {
    throw new ToriiConfigError(
      'next',
      '@torii/next needs Next 15 or 16. Found an older version. Run `npm install next@16`.',
    );
  }
  const example = `${caller}({ issuer: 'https://acme.torii.so', signInPath: '/sign-in', origins: [appOrigin] })`;
  const options = readKnownOptions(given, optionNames, example, 'options', optionHints);
  if (typeof options.issuer === 'object' && !Array.isArray(options.issuer))
    throw wrongValue('issuer', 'a URL or a list of URLs', options.issuer, "issuer: 'https://acme.torii.so'");
  const production = !['development', 'test'].includes(process.env['NODE_ENV'] ?? '');
  const origins = readOrigins(options, production);
  const tokenPath =
    'tokenPath' in options
      ? readLiteralPath(options, 'tokenPath', `tokenPath: '${defaultTokenPath}'`)
      : defaultTokenPath;
  const cookie = chooseTokenCookie(origins, production);
  const verifyEntries = verifyOptionNames.filter((name) => name in options).map((name) => [name, options[name]]);
  return {
    options,
    verify: { ...Object.fromEntries(verifyEntries), fetch: bypassNextCache(options.fetch) } as VerifyOptions,
    places: { cookie: cookie.name, origins },
    cookie,
    origins,
    signInPath: readLiteralPath(options, 'signInPath', "signInPath: '/sign-in'"),
    tokenPath,
    renewal: readRenewal(options),
    hints: process.env['NODE_ENV'] === 'development' ? createHints({ origins, tokenPath }) : undefined,
  };
}

function readRenewal(options: GivenOptions): StartRenewal | undefined {
  const { renewInProxy } = options;
  if (!('renewInProxy' in options) || renewInProxy === false) return undefined;
  if (isRenewal(renewInProxy)) return renewInProxy.startRenewal;
  const remedy = "import { renewInProxy } from '@torii/next/renewal'";
  throw wrongValue('renewInProxy', '`renewInProxy` of `@torii/next/renewal`, or false', renewInProxy, remedy);
}

function isRenewal(value: unknown): value is { readonly startRenewal: StartRenewal } {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'startRenewal')) return false;
  return typeof Reflect.get(value, 'startRenewal') === 'function';
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
