import { createServer, type RequestListener, type Server } from 'node:http';
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
export type CreateApp<Verifier> = (subject: Subject<Verifier>) => RequestListener;

/**
 * Creates an app with a `webhookHandler` at `POST /webhooks`, with the secrets `current` and `previous` of `webhookSecrets` and a store.
 * Its handler calls `visit` with the id of each event.
 */
export type CreateWebhookApp = (visit: (eventId: string) => void) => RequestListener;

export interface Adapter<Verifier> {
  readonly createApp: CreateApp<Verifier>;
  /** `createVerifier` of `@torii/core`, or of your adapter. This package imports no code that it tests. */
  readonly createVerifier: (options: ServerOptions & { readonly revocations?: RevocationSource }) => Verifier;
  readonly createWebhookApp?: CreateWebhookApp;
}

/** Serves an adapter's app in this process. */
export function serveApp<Verifier>({ createApp, createVerifier, createWebhookApp }: Adapter<Verifier>): StartServer {
  return async ({ options, revocations, issuer }: ServerSetting) => {
    const place = { issuer: issuer.url, environmentId: issuer.environmentId };
    const source = revocations === undefined ? undefined : createRevocationSource(revocations, place);
    const verifier = createVerifier({ ...options, ...(source && { revocations: source }) });
    const visits: string[] = [];
    const app = await listen(createApp({ verifier, visit: (handler) => void visits.push(handler) }));
    const webhooks =
      createWebhookApp && (await listen(createWebhookApp((eventId) => void visits.push(`/webhooks ${eventId}`))));
    return {
      url: urlOf(app),
      ...(webhooks && { webhooksUrl: `${urlOf(webhooks)}/webhooks` }),
      takeVisits: () => visits.splice(0),
      revoke: (name: string) => source?.revoke(name),
      stop: () => Promise.all([app, ...(webhooks === undefined ? [] : [webhooks])].map(closeServer)),
    };
  };
}

async function listen(app: RequestListener): Promise<Server> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
