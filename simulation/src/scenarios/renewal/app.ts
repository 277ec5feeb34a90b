import type { Product } from '../../product/product.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { tokenName } from './browsers.ts';
import type { Issuer } from './issuer.ts';
import type { RenewalPlan, Visit } from './plan.ts';
import { environmentId, issuerOrigin } from './tokens.ts';
import { appOrigin, shapeOf, siblingOrigin } from './visit-kinds.ts';

export type Proxy = ReturnType<Product['nextProxy']['createToriiProxy']>;
type TemplateTokens = ReturnType<Product['templateTokens']['createTemplateTokens']>;

/** What the proxy has answered. */
export interface Answered {
  readonly response: Response;
  /** The Cookie header that the page gets. */
  readonly pageCookies: string;
  /** Whether the request continues to the page. */
  readonly passes: boolean;
  /** The user that the app's own proxy function has seen, if it was called. */
  readonly handlerUser: string | null | undefined;
}

/** The part of an app that runs in one process: its proxy, and its tokens of templates. */
export class App {
  readonly process: VirtualProcess;
  readonly templates: TemplateTokens;
  readonly #proxy: Proxy;
  readonly #visits: Map<object, { readonly visit: Visit; user: string | null | undefined }> = new Map();

  constructor(world: World, issuer: Issuer, { hasRevocations }: RenewalPlan, process: VirtualProcess) {
    const { nextProxy, nextRenewal, templateTokens } = process.product;
    this.process = process;
    this.templates = templateTokens.createTemplateTokens();
    const revocations = {
      issuer: issuerOrigin,
      environmentId,
      maxTokenSeconds: 3_600,
      check: ({ auth }: { auth: { userId: string; issuedAt: number } }) =>
        issuer.isRevoked({ user: auth.userId, iat: auth.issuedAt }) ? ('revoked' as const) : ('accepted' as const),
    };
    const options = {
      issuer: issuerOrigin,
      signInPath: '/sign-in',
      origins: [appOrigin, siblingOrigin],
      publicPaths: ['/', '/open'],
      renewInProxy: nextRenewal.renewInProxy,
      onEvent: (event: object) => {
        if (JSON.stringify(event).includes('eyJ')) world.violate(16, `an event of ${process.name} contains a token`);
      },
      ...(hasRevocations && { revocations }),
    };
    this.#proxy = nextProxy.createToriiProxy(
      options as never,
      (async (request: object, { auth }: { auth: unknown }) =>
        this.#handle(request, auth as { userId: string } | null)) as never,
    );
  }

  async answer(visit: Visit, cookie: string): Promise<Answered> {
    const { method, headers: given, path } = shapeOf(visit.kind);
    const pathname = path ?? (visit.isGuarded ? '/page' : '/open');
    const headers = new Headers({ host: 'app.test', ...given, cookie });
    const href = `${appOrigin}${pathname}`;
    // A plain object with the fields of a `NextRequest`.
    const request = { method, headers, url: href, nextUrl: { pathname, search: '', href, basePath: '' } };
    const seen: { readonly visit: Visit; user: string | null | undefined } = { visit, user: undefined };
    this.#visits.set(request, seen);
    try {
      const response = await this.#proxy(request as never, {} as never);
      return {
        response,
        pageCookies: pageCookiesOf(response, cookie),
        passes: response.headers.get('x-middleware-next') === '1',
        handlerUser: seen.user,
      };
    } finally {
      this.#visits.delete(request);
    }
  }

  async #handle(request: object, auth: { readonly userId: string } | null): Promise<Response | undefined> {
    const seen = this.#visits.get(request);
    if (seen === undefined) return undefined;
    seen.user = auth?.userId ?? null;
    const { handler, slowMs } = seen.visit;
    if (handler === 'is slow') await new Promise<void>((resolve) => this.process.startTimer(resolve, slowMs));
    if (handler === 'none' || handler === 'is slow') return undefined;
    const headers = new Headers({ 'x-middleware-next': '1' });
    if (handler === 'signs out') headers.append('set-cookie', `${tokenName}=; Max-Age=0; Path=/; HttpOnly; Secure`);
    if (handler === 'lets caches store') {
      headers.set('cache-control', 'public, s-maxage=600');
      headers.set('cdn-cache-control', 'max-age=600');
      headers.set('surrogate-control', 'max-age=600');
    }
    return new Response(null, { headers });
  }
}

/** As Next does: the headers that the browser sent, unless the response names others. */
function pageCookiesOf({ headers }: Response, sent: string): string {
  const names = headers.get('x-middleware-override-headers');
  if (names === null) return sent;
  return names.split(',').includes('cookie') ? (headers.get('x-middleware-request-cookie') ?? '') : '';
}
