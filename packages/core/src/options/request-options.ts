import type { Claims } from '../auth.ts';
import { type Check, requireChecks } from '../checks.ts';
import { emitterFor } from '../emitter.ts';
import type { VerifierEventListener } from '../events.ts';
import { bearerScheme, schemeNamed, type TokenPlaces, type TokenScheme } from '../request/bearer.ts';
import type { PublicPaths } from '../request/path.ts';
import type { Verifier } from '../verifier-contract.ts';
import { type ObservedVerifier, readObserved } from './observe-option.ts';
import { listOrigins } from './origins.ts';
import { readPublicPaths } from './paths.ts';
import { type Options, readFlag, readFunction, readHttpName, wrongOption } from './reader.ts';

export interface RequestOptions<Custom extends object = Claims> {
  /**
   * The name of the header that contains the token after its `scheme`, as in `Bearer <token>`.
   * @default 'authorization'
   */
  readonly header?: string;
  /**
   * The word before the token in the header. Its case does not matter. `'none'`: the header contains the token alone, as
   * Cloudflare Access and Google IAP send it. Requires another `header` than Authorization.
   *
   * CSRF protection: a proxy that adds this header knows the user from a cookie. With `'none'`, the token is used for methods
   * other than GET, HEAD and OPTIONS, and for WebSocket handshakes, only if the request comes from the same origin or from one of
   * `origins`.
   * @default 'Bearer'
   */
  readonly scheme?: string;
  /**
   * With `scheme: 'none'`: also accepts unsafe requests without `Origin` and `Sec-Fetch-Site`, as programs send them. Browsers send
   * at least one of the two with unsafe requests of other sites, so these stay refused.
   * @default false
   */
  readonly allowNonBrowsers?: boolean;
  /**
   * The name of a cookie that contains the token. It is read only if the request has neither the header that the `header`
   * option names nor an `Authorization` header. By default no cookie is read.
   *
   * CSRF protection: for methods other than GET, HEAD and OPTIONS, and for WebSocket handshakes, the cookie is used only if
   * the request comes from the same origin or from one of `origins`.
   */
  readonly cookie?: string;
  /** Other origins, such as `https://app.example.com`, whose pages may send the token. Requires `cookie` or `scheme: 'none'`. */
  readonly origins?: readonly string[];
  /**
   * Paths that need no token: exact paths such as `/health`, and `/docs/*` for everything below `/docs/`. Case and a
   * trailing slash matter. A request path that routers could read in different ways, such as `//health`, is never public.
   * @default []
   */
  readonly publicPaths?: readonly string[];
  /**
   * Lets CORS preflights through without a token: OPTIONS requests with `Origin` and `Access-Control-Request-Method`. Not
   * needed if a CORS middleware runs first. A handler for all methods, such as one of `app.all`, runs for them too, without a caller.
   * @default false
   */
  readonly allowPreflight?: boolean;
  /** Checks that run in order for every authenticated caller. A request is refused unless every check returns `true`. */
  readonly checks?: readonly Check<Custom>[];
  /**
   * Another verifier, which is asked about the same requests and tokens after this one has decided, without any effect on the
   * responses. `onEvent` gets `agreed`, `disagreed` or `not_observed`. Requests for public paths and CORS preflights are not
   * observed. The other verifier's checks run, and its `onEvent` is called. At most 1,000 observations run at once in a process.
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
  'scheme',
  'cookie',
  'origins',
  'publicPaths',
  'allowPreflight',
  'allowNonBrowsers',
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
  const header = (
    readHttpName(options, 'header', "header: 'x-token', or leave it out") ?? 'authorization'
  ).toLowerCase();
  const scheme = readScheme(options, header);
  const cookie = readHttpName(options, 'cookie', "cookie: 'token', or leave it out");
  if ('origins' in options && cookie === undefined && scheme !== undefined) {
    throw wrongOption('origins', "has no effect without `cookie` or `scheme: 'none'`. Leave it out");
  }
  if ('allowNonBrowsers' in options && scheme !== undefined) {
    throw wrongOption('allowNonBrowsers', "has no effect without `scheme: 'none'`. Leave it out");
  }
  const origins = listOrigins(options, 'origins', "origins: ['https://app.example.com']");
  return { header, scheme, cookie, origins, allowNonBrowsers: readFlag(options, 'allowNonBrowsers') };
}

function readScheme(options: RequestOptionValues, header: string): TokenScheme | undefined {
  const name = readHttpName(
    options,
    'scheme',
    "scheme: 'Token', scheme: 'none', or leave it out",
    'a word without spaces',
  );
  if (name === undefined) return bearerScheme;
  // A DPoP token counts only with a proof that the client has its key (RFC 9449 7.1), which is not verified here.
  if (/^(?:basic|digest|dpop|negotiate)$/i.test(name))
    throw wrongOption('scheme', `must not be ${name}, whose credentials are not a bearer token. Leave it out`);
  if (name.toLowerCase() !== 'none') return schemeNamed(name);
  if (header !== 'authorization') return undefined;
  throw wrongOption('scheme', "'none' needs another header. Write header: 'cf-access-jwt-assertion', scheme: 'none'");
}
