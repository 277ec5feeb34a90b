import type { Claims } from '../auth.ts';
import { type Check, requireChecks } from '../checks.ts';
import { emitterFor } from '../emitter.ts';
import { ToriiConfigError } from '../errors.ts';
import type { EventListener } from '../events.ts';
import type { TokenPlaces } from '../request/bearer.ts';
import { compilePublicPaths, type PublicPaths } from '../request/path.ts';
import { listTexts, type Options, readFlag, readFunction, readName } from './option-values.ts';

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
  readonly skip?: readonly string[];
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
  readonly onEvent?: EventListener | undefined;
}

/** The same as the pipeline uses them. */
export interface RequestSettings {
  readonly emit: EventListener;
  readonly places: TokenPlaces;
  readonly isPublic: PublicPaths;
  readonly allowPreflight: boolean;
  readonly checks: readonly Check[];
}

export const requestOptionNames: readonly (keyof RequestOptions)[] = [
  'onEvent',
  'header',
  'cookie',
  'origins',
  'skip',
  'allowPreflight',
  'checks',
];

/** @throws ToriiConfigError naming the option and what to write instead */
export function readRequestOptions(options: Options): RequestSettings {
  return {
    emit: emitterFor(readFunction<EventListener>(options, 'onEvent')),
    places: readPlaces(options),
    isPublic: readSkip(options),
    allowPreflight: readFlag(options, 'allowPreflight'),
    checks: readChecks(options),
  };
}

function readPlaces(options: Options): TokenPlaces {
  const header = readName(options, 'header', 'authorization');
  const cookie = readName(options, 'cookie', undefined);
  if ('origins' in options && cookie === undefined) {
    throw new ToriiConfigError(
      'origins',
      '`origins` says which pages may send the cookie: set `cookie` too, or leave it out.',
    );
  }
  const origins = 'origins' in options ? listTexts(options, 'origins', "origins: ['https://app.example.com']") : [];
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new ToriiConfigError(
        'origins',
        "An entry of `origins` is not an origin. Write it like 'https://app.example.com', without a path.",
      );
    }
  }
  return { header: header?.toLowerCase() ?? 'authorization', cookie, origins };
}

function readSkip(options: Options): PublicPaths {
  const { skip } = options;
  if (!('skip' in options)) return compilePublicPaths([]);
  if (!Array.isArray(skip) || !skip.every((path) => typeof path === 'string')) {
    throw new ToriiConfigError('skip', "`skip` is not a list of paths. Write skip: ['/health', '/docs/*'].");
  }
  if (skip.includes('/*')) {
    throw new ToriiConfigError(
      'skip',
      "`skip: ['/*']` would let everybody in. Leave the middleware out where nothing needs a token.",
    );
  }
  try {
    return compilePublicPaths(skip);
  } catch (cause) {
    const problem = cause instanceof URIError || !(cause instanceof Error) ? 'a path cannot be read' : cause.message;
    throw new ToriiConfigError('skip', `\`skip\` cannot be used: ${problem}. Write skip: ['/health', '/docs/*'].`);
  }
}

function readChecks(options: Options): readonly Check[] {
  if (!('checks' in options)) return [];
  return requireChecks(options['checks'], 'checks');
}
