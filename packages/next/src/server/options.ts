import { createVerifier, ToriiConfigError, type Verifier, type VerifyOptions } from '@torii/core';
import { readNamed, readPath } from '@torii/core/adapter';
// Next 14 lacks `connection`, and gives `headers()` at once instead of a promise.
import { connection } from 'next/server.js';
import { defaultTokenPath, issuerPaths, withoutTrailingSlash } from '../paths.ts';
import { afresh } from './fresh-fetch.ts';
import { chooseTokenCookie, type TokenCookie } from './token-cookie.ts';

/** How an app is guarded. */
export interface NextAuthOptions extends VerifyOptions {
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

const ownNames = ['signInPath', 'origins', 'publicPaths', 'tokenPath', 'allowPreflight'] as const;
const verifyNames = [
  'issuer',
  'audience',
  'environmentId',
  'clockTolerance',
  'maxStaleSeconds',
  'cachedTokens',
  'fetch',
  'keys',
  'onEvent',
] as const;

const example = "createNextAuth({ issuer: 'https://acme.torii.so', signInPath: '/sign-in', origins: [appOrigin] })";

/** @throws ToriiConfigError naming the option and what to write instead */
export function readOptions(given: NextAuthOptions): Settings {
  if (typeof connection !== 'function') {
    throw new ToriiConfigError(
      'next',
      '@torii/next works with Next 15 and 16. This is an older one: install next@latest.',
    );
  }
  const known: readonly string[] = [...verifyNames, ...ownNames];
  const options = readNamed(given, known, example);
  const production = !['development', 'test'].includes(process.env['NODE_ENV'] ?? '');
  const origins = readOrigins(options['origins'], production);
  const signInPath = readLiteral(options, 'signInPath', '/sign-in');
  const tokenPath = 'tokenPath' in options ? readLiteral(options, 'tokenPath', defaultTokenPath) : defaultTokenPath;
  const cookie = chooseTokenCookie(origins, production);

  const ownEntries = Object.entries(options).filter(([name]) => !ownNames.some((own) => own === name));
  const verify = { ...Object.fromEntries(ownEntries), fetch: afresh(options['fetch']) } as VerifyOptions;
  const places = { cookie: cookie.name, origins };
  const newcomer = createVerifier<object>(verify);
  const [upstream = ''] = [verify.issuer ?? []].flat();
  return {
    newcomer,
    guard: createVerifier<object>({ ...verify, ...places }),
    gate: createGate({ ...verify, ...places }, options, [
      ...bothWays(signInPath),
      ...bothWays(tokenPath),
      ...issuerPaths,
    ]),
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

function createGate(
  verify: VerifyOptions & { readonly cookie: string; readonly origins: readonly string[] },
  options: Readonly<Record<string, unknown>>,
  always: readonly string[],
): Verifier<object> {
  const given = 'publicPaths' in options ? options['publicPaths'] : [];
  if (!Array.isArray(given))
    throw new ToriiConfigError('publicPaths', `\`publicPaths\` is not a list of paths. ${advice}`);
  const preflight = 'allowPreflight' in options ? { allowPreflight: options['allowPreflight'] as boolean } : {};
  try {
    return createVerifier<object>({ ...verify, ...preflight, skip: [...given, ...always, '/_next/static/*'] });
  } catch (error) {
    if (!(error instanceof ToriiConfigError) || error.option !== 'skip') throw error;
    throw new ToriiConfigError(
      'publicPaths',
      error.message.replaceAll('`skip', '`publicPaths').replace(/Write skip.*/, advice),
    );
  }
}

const advice = "Write publicPaths: ['/', '/docs/*'].";

function readOrigins(value: unknown, production: boolean): readonly string[] {
  const remedy = "Write origins: ['https://app.example.com'], or set the environment variable that you read it from.";
  const origins: readonly unknown[] = Array.isArray(value) ? [...value] : [];
  if (origins.length === 0) throw new ToriiConfigError('origins', `\`origins\` names no origin of this app. ${remedy}`);
  return origins.map((origin) => {
    if (typeof origin !== 'string' || !URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new ToriiConfigError('origins', `An entry of \`origins\` is not an origin, without a path. ${remedy}`);
    }
    if (!/^https?:/.test(origin)) throw new ToriiConfigError('origins', `An origin is http or https. ${remedy}`);
    if (production && origin.startsWith('http:') && !isLoopback(origin)) {
      throw new ToriiConfigError(
        'origins',
        'In production the cookie goes over https alone: an origin begins with https://.',
      );
    }
    return origin;
  });
}

/** Browsers take a Secure cookie from these over http too. */
function isLoopback(origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

function readLiteral(options: Readonly<Record<string, unknown>>, name: string, example: string): string {
  const value = options[name];
  if (typeof value === 'string' && !value.includes('*') && 'path' in readPath(value)) return value;
  throw new ToriiConfigError(name, `\`${name}\` is not a path of this app. Write ${name}: '${example}'.`);
}
