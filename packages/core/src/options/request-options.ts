import type { Claims } from '../auth.ts';
import { type Check, requireChecks } from '../checks.ts';
import { emitterFor } from '../emitter.ts';
import type { VerifierEventListener } from '../events.ts';
import type { TokenPlaces } from '../request/bearer.ts';
import { compilePublicPaths, type PublicPaths } from '../request/path.ts';
import { listOrigins } from './origins.ts';
import { listPaths } from './paths.ts';
import { type Options, readFlag, readFunction, readHttpName, wrongOption } from './reader.ts';

/** How a request is authenticated, whoever makes the tokens. */
export interface RequestOptions<Custom extends object = Claims> {
  /**
   * The header that carries `Bearer <token>`.
   *
   * @default 'authorization'
   */
  readonly header?: string;
  /**
   * A cookie to read the token from where the header is not there. Left out, no cookie is ever read. With a method other
   * than GET, HEAD and OPTIONS it counts only in a request from the same origin, or from one of `origins`.
   */
  readonly cookie?: string;
  /** Origins, such as `https://app.example.com`, whose pages may send the cookie with any method. */
  readonly origins?: readonly string[];
  /**
   * Public paths: literals such as `/health`, or `/docs/*` for everything below `/docs/`. Compared with the whole decoded
   * path, case and trailing slash included. A path that can be read in two ways is never public.
   */
  readonly publicPaths?: readonly string[];
  /**
   * Lets CORS preflights through, which carry no token: OPTIONS with `Origin` and `Access-Control-Request-Method`. Not
   * needed where your CORS middleware comes first.
   *
   * @default false
   */
  readonly allowPreflight?: boolean;
  /** Asked in order about every verified caller; each must say `true`. */
  readonly checks?: readonly Check<Custom>[];
  /** Told what happened and why, for logs and metrics. Never gets a token. */
  readonly onEvent?: VerifierEventListener | undefined;
}

/** The same as the pipeline uses them. */
export interface RequestSettings {
  readonly emit: VerifierEventListener;
  readonly places: TokenPlaces;
  readonly isPublic: PublicPaths;
  readonly allowPreflight: boolean;
  readonly checks: readonly Check[];
}

/** All but `onEvent`, which is one of the options that say how a token is verified. */
export const requestOptionNames = ['header', 'cookie', 'origins', 'publicPaths', 'allowPreflight', 'checks'] as const;

type RequestOptionValues = Options<(typeof requestOptionNames)[number] | 'onEvent'>;

/** @throws ToriiConfigError naming the option and what to write instead */
export function readRequestOptions(options: RequestOptionValues): RequestSettings {
  return {
    emit: emitterFor(readFunction<VerifierEventListener>(options, 'onEvent')),
    places: readPlaces(options),
    isPublic: compilePublicPaths(listPaths(options, 'publicPaths')),
    allowPreflight: readFlag(options, 'allowPreflight'),
    checks: 'checks' in options ? requireChecks(options.checks, 'checks') : [],
  };
}

function readPlaces(options: RequestOptionValues): TokenPlaces {
  const header = readHttpName(options, 'header', "header: 'x-token', or leave it out") ?? 'authorization';
  const cookie = readHttpName(options, 'cookie', "cookie: 'token', or leave it out");
  if ('origins' in options && cookie === undefined) {
    throw wrongOption('origins', 'says which pages may send the cookie: set `cookie` too, or leave it out');
  }
  const origins = listOrigins(options, 'origins', "origins: ['https://app.example.com']");
  return { header: header.toLowerCase(), cookie, origins };
}
