import { loggable } from '@torii/core/internal';
import type { NextRequest } from 'next/server.js';
import { withBasePath } from '../base-path.ts';
import { withoutTrailingSlash } from '../paths.ts';

/**
 * Messages for the developer in the log of `next dev`: what is missing around the helpers, and what to do. Each is written
 * once. They decide nothing: they may come from headers that anyone can send.
 */
export interface DevelopmentHints {
  /** Called for each request that a helper sees with its URL. */
  seen(request: NextRequest): void;
  proxyRan(request: NextRequest): void;
  /** Called by a helper that guards a path, without Next's `basePath`. */
  guarded(path: string): void;
  /** Called with the status of each of the issuer's answers. */
  issuerAnswered(request: NextRequest, status: number): void;
}

/** Shared by the bundles of one process: Next bundles the proxy and each route on its own. */
interface Memory {
  readonly said: Set<string>;
  readonly paths: Set<string>;
  isTokenRouteAsked: boolean;
}

const memoryKey = Symbol.for('torii.next.development');
const maxMessages = 20;
const maxPaths = 1000;
const timeLimitMs = 60_000;

export function createHints({
  origins,
  tokenPath,
}: {
  readonly origins: readonly string[];
  readonly tokenPath: string;
}): DevelopmentHints {
  return {
    seen(request) {
      const origin = originOf(request);
      if (origin !== undefined && !origins.includes(origin)) {
        say(
          `This app was opened at ${loggable(origin)}, which is not one of its \`origins\`, so signing in fails there. Add '${loggable(origin)}' to the option \`origins\`, or open ${origins[0]}.`,
        );
      }
      void askForTokenRoute(tokenPath);
    },
    proxyRan(request) {
      const { paths } = memory();
      if (paths.size < maxPaths) paths.add(withoutTrailingSlash(request.nextUrl?.pathname ?? ''));
    },
    guarded(path) {
      const { paths } = memory();
      const isKnown = paths.has(withoutTrailingSlash(path));
      // A proxy on the edge runtime does not share this memory, so `paths` stays empty.
      if (path === tokenPath || isKnown || paths.size === 0 || paths.size >= maxPaths) return;
      say(
        `The proxy did not run for ${loggable(path)}, which a helper guards. Widen \`matcher\` in proxy.ts or middleware.ts, unless you left the path out on purpose. The helper guards it in any case.`,
      );
    },
    issuerAnswered({ headers }, status) {
      const origin = headers.get('origin');
      if (status !== 403 || origin === null || !origins.includes(origin)) return;
      say(
        `Torii refused a request of a page at ${origin} with status 403. Check that ${origin} is one of Torii's allowed origins. To add it, run \`torii origins add ${origin}\`, or use Torii's dashboard.`,
      );
    },
  };
}

// The origin of the app's page that sent the request, or that is being loaded.
function originOf({ method, headers, url }: NextRequest): string | undefined {
  const host = headers.get('host');
  const isPageLoad = method === 'GET' && headers.get('accept')?.includes('text/html') === true;
  const origin = headers.get('origin') ?? (isPageLoad && URL.canParse(url) ? `${new URL(url).protocol}//${host}` : '');
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) return undefined;
  const parsed = new URL(origin);
  return parsed.origin === origin && parsed.host === host ? origin : undefined;
}

// Asks this server for the methods of the token route. The request goes to the port that Next listens on, not to a host
// that a request names.
async function askForTokenRoute(tokenPath: string): Promise<void> {
  const port = process.env['PORT'] ?? '';
  const state = memory();
  if (state.isTokenRouteAsked || !/^\d+$/.test(port)) return;
  state.isTokenRouteAsked = true;
  const path = withBasePath(tokenPath);
  try {
    const init = { method: 'OPTIONS', cache: 'no-store', signal: AbortSignal.timeout(timeLimitMs) } as const;
    const { status, headers } = await fetch(`http://localhost:${port}${path}`, init);
    const methods = headers.get('allow');
    // 401: another route of the app answers there, such as `[...rest]`.
    const isOther = [401, 404, 405].includes(status) || methods?.includes('POST') === false;
    if (!isOther) return;
    say(
      `There is no token route at ${path}, so signing in fails. Create app${tokenPath}/route.ts with \`export const { POST, DELETE } = torii.tokenRoutes;\`, or set \`tokenPath\` to its path.`,
    );
  } catch {
    // The server does not answer this request, for example because it uses https. Write no hint.
  }
}

function say(message: string): void {
  const { said } = memory();
  if (said.has(message) || said.size >= maxMessages) return;
  said.add(message);
  console.warn(`[torii] ${message}`);
}

function memory(): Memory {
  const kept: Memory | undefined = Reflect.get(globalThis, memoryKey);
  const state = kept ?? { said: new Set<string>(), paths: new Set<string>(), isTokenRouteAsked: false };
  if (kept === undefined) Reflect.set(globalThis, memoryKey, state);
  return state;
}
