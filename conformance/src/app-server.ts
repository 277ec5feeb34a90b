import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer } from './issuers.ts';
import { createRevocationSource, type RevocationSource } from './revocation-source.ts';
import type { ServerOptions, ServerSetting, StartServer } from './test-server.ts';

export interface Subject<Verifier> {
  readonly verifier: Verifier;
  /** Call it with the name of each handler that runs. */
  readonly visit: (handler: string) => void;
}

/** Creates the app that the README describes, with one framework. */
export type CreateApp<Verifier, App = RequestListener> = (subject: Subject<Verifier>) => App;

export interface WebhookSubject {
  /** The current and the previous secret: the option `secret` of `webhookHandler`. */
  readonly secrets: string[];
  /** The handler of the events. It throws for some of them. */
  readonly handle: (event: { readonly id: string; readonly type: string }) => void;
}

/** Creates an app with a `webhookHandler` at `POST /webhooks`, with a store. */
export type CreateWebhookApp<App = RequestListener> = (subject: WebhookSubject) => App;

/** A server that listens. */
export interface Listening {
  /** Its origin, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  stop(): unknown;
}

/** The functions of an adapter that the cases test. */
export interface Adapter<Verifier, App = RequestListener> {
  readonly createApp: CreateApp<Verifier, App>;
  /** `createVerifier` of `@torii/core`, or of your adapter. This package imports no code that it tests. */
  readonly createVerifier: (options: ServerOptions & { readonly revocations?: RevocationSource }) => Verifier;
  /** Without it, the cases of webhooks are left out. */
  readonly createWebhookApp?: CreateWebhookApp<App>;
  /** Serves an app on a free port of 127.0.0.1. By default, the app is a listener of `node:http`. */
  readonly listen?: (app: App) => Listening | Promise<Listening>;
}

/** Serves an adapter's app in this process. */
export function serveApp<Verifier, App = RequestListener>(adapter: Adapter<Verifier, App>): StartServer {
  const { createApp, createVerifier, createWebhookApp } = adapter;
  const { listen = (app) => listenWithNode(app as RequestListener) } = adapter;
  return async ({ options, revocations, webhookSecrets }: ServerSetting) => {
    const source = revocations && createRevocationSource(revocations);
    const verifier = createVerifier({ ...options, ...(source && { revocations: source }) });
    const visits: string[] = [];
    const app = await listen(createApp({ verifier, visit: (handler) => void visits.push(handler) }));
    const secrets = [webhookSecrets.current, webhookSecrets.previous];
    const handle: WebhookSubject['handle'] = ({ id, type }) => {
      visits.push(`/webhooks ${id}`);
      if (type === 'test.throws') throw new Error('thrown by the app');
      if (type === 'test.throws_404') throw Object.assign(new Error('thrown by the app'), { status: 404 });
    };
    const webhooks = createWebhookApp && (await listen(createWebhookApp({ secrets, handle })));
    return {
      url: app.url,
      ...(webhooks && { webhooksUrl: new URL('/webhooks', webhooks.url).href }),
      takeVisits: () => visits.splice(0),
      revoke: (name: string) => source?.revoke(name),
      stop: () => Promise.all([app.stop(), webhooks?.stop()]),
    };
  };
}

async function listenWithNode(app: RequestListener): Promise<Listening> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => closeServer(server) };
}
