import { createVerifier, ToriiConfigError, type Verifier, type VerifyOptions } from '@torii/core';
import {
  isLoopback,
  listOrigins,
  listPaths,
  type Options,
  readKnownOptions,
  readLiteralPath,
  verifyOptionNames,
  wrongOption,
} from '@torii/core/adapter';
// Next 14 lacks `connection`, and gives `headers()` at once instead of a promise.
import { connection } from 'next/server.js';
import { defaultTokenPath, issuerPaths, withoutTrailingSlash } from '../paths.ts';
import { afresh } from './fresh-fetch.ts';
import { chooseTokenCookie, type TokenCookie } from './token-cookie.ts';

/** How an app is guarded. */
export interface ToriiNextOptions extends VerifyOptions {
  /** The path of your own sign-in page, such as `/sign-in`. It needs no token, with a slash at its end or without. */
  readonly signInPath: string;
  /**
   * Every origin at which browsers find this app: `['https://app.example.com']`. Next has no setting that says which proxy
   * to trust, so this list alone, and no Host header, decides whose pages may send the cookie with POST and the like. It
   * decides too whether the cookie goes over https. In production it must, except on loopback.
   */
  readonly origins: readonly (string | undefined)[];
  /**
   * Paths that the proxy lets through without a token: literals such as `/`, or `/docs/*` for everything below `/docs/`.
   * The sign-in page, the token route, `/_torii/*` and `/_next/static/*` are among them anyway.
   *
   * @default none
   */
  readonly publicPaths?: readonly string[];
  /**
   * Where the token route is.
   *
   * @default '/api/torii/token'
   */
  readonly tokenPath?: string;
  /**
   * Lets CORS preflights, which carry no token, through the proxy.
   *
   * @default false
   */
  readonly allowPreflight?: boolean;
}

/** Options that have been checked. */
export interface Settings {
  /** Reads the header, or else the cookie. */
  readonly guard: Verifier<object, never>;
  /** The same, but knows public paths: the proxy's. */
  readonly gate: Verifier<object>;
  /** Reads the header alone: of a token that is not in the cookie yet. */
  readonly newcomer: Verifier<object, never>;
  readonly cookie: TokenCookie;
  readonly origins: readonly string[];
  readonly signInPath: string;
  /** What `/_torii/*` is passed on to. */
  readonly upstream: string;
}

const optionNames = [
  ...verifyOptionNames,
  'signInPath',
  'origins',
  'publicPaths',
  'tokenPath',
  'allowPreflight',
] as const;

const example = "createToriiNext({ issuer: 'https://acme.torii.so', signInPath: '/sign-in', origins: [appOrigin] })";

/** @throws ToriiConfigError naming the option and what to write instead */
export function readOptions(given: ToriiNextOptions): Settings {
  if (typeof connection !== 'function') {
    throw new ToriiConfigError(
      'next',
      '@torii/next works with Next 15 and 16. This is an older one: install next@latest.',
    );
  }
  const options = readKnownOptions(given, optionNames, example);
  const production = !['development', 'test'].includes(process.env['NODE_ENV'] ?? '');
  const origins = readOrigins(options, production);
  const signInPath = readLiteralPath(options, 'signInPath', "signInPath: '/sign-in'");
  const tokenPath =
    'tokenPath' in options
      ? readLiteralPath(options, 'tokenPath', `tokenPath: '${defaultTokenPath}'`)
      : defaultTokenPath;
  const cookie = chooseTokenCookie(origins, production);

  const verifyEntries = verifyOptionNames.filter((name) => name in options).map((name) => [name, options[name]]);
  const verify = { ...Object.fromEntries(verifyEntries), fetch: afresh(options.fetch) } as VerifyOptions;
  const places = { cookie: cookie.name, origins };
  const preflight = 'allowPreflight' in options ? { allowPreflight: options.allowPreflight as boolean } : {};
  const publicPaths = [
    ...listPaths(options, 'publicPaths'),
    ...bothWays(signInPath),
    ...bothWays(tokenPath),
    ...issuerPaths,
    '/_next/static/*',
  ];
  const [upstream = ''] = [verify.issuer ?? []].flat();
  return {
    newcomer: createVerifier<object>(verify),
    guard: createVerifier<object>({ ...verify, ...places }),
    gate: createVerifier<object>({ ...verify, ...places, ...preflight, publicPaths }),
    cookie,
    origins,
    signInPath,
    upstream: upstream.replace(/\/$/, ''),
  };
}

// With `trailingSlash` Next sends people from one to the other, and without it back again.
function bothWays(path: string): readonly string[] {
  const base = withoutTrailingSlash(path);
  return base === '/' ? [base] : [base, `${base}/`];
}

function readOrigins(options: Options<'origins'>, production: boolean): readonly string[] {
  const remedy = "origins: ['https://app.example.com'], or set the environment variable that you read it from";
  const origins = 'origins' in options ? listOrigins(options, 'origins', remedy) : [];
  if (origins.length === 0) throw wrongOption('origins', `is missing. Write ${remedy}`);
  // Browsers take a Secure cookie from loopback over http too.
  if (production && !origins.every((origin) => origin.startsWith('https:') || isLoopback(new URL(origin).hostname))) {
    throw wrongOption('origins', 'must begin with https:// in production: the cookie goes over https alone');
  }
  return origins;
}
