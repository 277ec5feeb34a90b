import type { Claims } from '../auth.ts';
import { type Check, requireChecks } from '../checks.ts';
import { emitterFor } from '../emitter.ts';
import type { VerifierEventListener } from '../events.ts';
import type { TokenPlaces } from '../request/bearer.ts';
import type { PublicPaths } from '../request/path.ts';
import type { Verifier } from '../verifier-contract.ts';
import { type ObservedVerifier, readObserved } from './observe-option.ts';
import { listOrigins } from './origins.ts';
import { readPublicPaths } from './paths.ts';
import { type Options, readFlag, readFunction, readHttpName, wrongOption } from './reader.ts';

export interface RequestOptions<Custom extends object = Claims> {
  /**
   * The name of the header that contains `Bearer <token>`.
   * @default 'authorization'
   */
  readonly header?: string;
  /**
   * The name of a cookie that contains the token. It is read only if the request has neither the header that the `header`
   * option names nor an `Authorization` header. By default no cookie is read.
   *
   * CSRF protection: for methods other than GET, HEAD and OPTIONS, and for WebSocket handshakes, the cookie is used only if
   * the request comes from the same origin or from one of `origins`.
   */
  readonly cookie?: string;
  /** Other origins, such as `https://app.example.com`, whose pages may send the cookie. Requires `cookie`. */
  readonly origins?: readonly string[];
  /**
   * Paths that need no token: exact paths such as `/health`, and `/docs/*` for everything below `/docs/`. Case and a
   * trailing slash matter. A request path that routers could read in different ways, such as `//health`, is never public.
   * @default []
   */
  readonly publicPaths?: readonly string[];
  /**
   * Lets CORS preflights through without a token: OPTIONS requests with `Origin` and `Access-Control-Request-Method`. Not
   * needed if a CORS middleware runs first.
   * @default false
   */
  readonly allowPreflight?: boolean;
  /** Checks that run in order for every authenticated caller. A request is refused unless every check returns `true`. */
  readonly checks?: readonly Check<Custom>[];
  /**
   * Another verifier, which is asked about the same requests and tokens after this one has decided. It decides nothing and
   * delays nothing: `onEvent` gets `agreed`, `disagreed` or `not_observed`. Requests for public paths and CORS preflights are
   * not observed. Its checks run, and its `onEvent` is called. At most 1,000 observations run at a time in a process.
   */
  readonly observe?: Verifier<object, null>;
  /** Called with every event, for logs and metrics. Events never contain a token. Errors of this function are ignored. */
  readonly onEvent?: VerifierEventListener | undefined;
}

export interface RequestSettings {
  readonly emit: VerifierEventListener;
  readonly places: TokenPlaces;
  /** Absent without the option `publicPaths`. */
  readonly isPublic: PublicPaths | undefined;
  readonly allowPreflight: boolean;
  readonly checks: readonly Check[];
  readonly observed: ObservedVerifier | undefined;
}

export const requestOptionNames = [
  'header',
  'cookie',
  'origins',
  'publicPaths',
  'allowPreflight',
  'checks',
  'observe',
] as const;

type RequestOptionValues = Options<(typeof requestOptionNames)[number] | 'onEvent'>;

export function readRequestOptions(options: RequestOptionValues): RequestSettings {
  return {
    emit: emitterFor(readFunction<VerifierEventListener>(options, 'onEvent')),
    places: readPlaces(options),
    isPublic: 'publicPaths' in options ? readPublicPaths(options, 'publicPaths') : undefined,
    allowPreflight: readFlag(options, 'allowPreflight'),
    checks: 'checks' in options ? requireChecks(options.checks, 'checks') : [],
    observed: 'observe' in options ? readObserved(options.observe) : undefined,
  };
}

function readPlaces(options: RequestOptionValues): TokenPlaces {
  const header = readHttpName(options, 'header', "header: 'x-token', or leave it out") ?? 'authorization';
  const cookie = readHttpName(options, 'cookie', "cookie: 'token', or leave it out");
  if ('origins' in options && cookie === undefined) {
    throw wrongOption('origins', 'has no effect without `cookie`. Leave it out');
  }
  const origins = listOrigins(options, 'origins', "origins: ['https://app.example.com']");
  return { header: header.toLowerCase(), cookie, origins };
}
