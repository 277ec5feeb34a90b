import { createServer as createHttpServer, type RequestListener, request as requestHttp, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import selfsigned from 'selfsigned';
import { expect } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { startEmulator } from '../src/index.ts';
import { login } from './browser.ts';

interface Scene {
  readonly name: string;
  readonly scheme: 'http' | 'https';
  /** The host of the app’s page. The issuer is at 127.0.0.1. */
  readonly appHost: string;
  readonly cookie: object;
}

const scenes: readonly Scene[] = [
  {
    name: 'over plain http on one host',
    scheme: 'http',
    appHost: '127.0.0.1',
    cookie: { secure: false, sameSite: 'Lax' },
  },
  {
    // Browsers treat localhost and 127.0.0.1 as two sites, so the cookies are those of a third party.
    name: 'over https from a page of another site',
    scheme: 'https',
    appHost: 'localhost',
    cookie: { secure: true, sameSite: 'None', partitionKey: expect.stringContaining('https://localhost') },
  },
];

interface Outcome {
  readonly before: object;
  readonly signedIn: number;
  readonly state: { readonly authenticated: boolean; readonly organizations: readonly object[] };
  readonly first: string | null;
  readonly switched: string;
  readonly api: object;
  readonly hint: string;
}

test.for(scenes)(
  'a page logs in, switches the organization, calls an API and logs out, $name',
  async ({ scheme, appHost, cookie }, { openPage }) => {
    await using servers = new AsyncDisposableStack();
    let upstream = '';
    const forward: RequestListener = (incoming, outgoing) => {
      const { method, url = '', headers } = incoming;
      incoming.pipe(
        requestHttp(upstream + url, { method, headers }, (response) => {
          outgoing.writeHead(response.statusCode ?? 0, response.rawHeaders);
          response.pipe(outgoing);
        }),
      );
    };
    const serve = async (listener: RequestListener) => {
      const server = await start(scheme, listener);
      servers.defer(() => stop(server));
      return (server.address() as AddressInfo).port;
    };

    const app = `${scheme}://${appHost}:${await serve((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>App</title>');
    })}`;
    const publicOrigin = `${scheme}://127.0.0.1:${await serve(forward)}`;
    const torii = servers.use(await startEmulator({ publicOrigin, allowedOrigins: [app] }));
    upstream = torii.localOrigin;
    const { id } = await torii.createUser(login);
    const acme = await torii.createOrganization({ name: 'Acme', members: [{ userId: id, role: 'org:administrator' }] });

    // The key set has a certificate that Node does not trust, so read it where the emulator listens.
    const keys = createRemoteJWKSet(new URL(new URL(torii.jwksUrl).pathname, torii.localOrigin));
    const api = `${scheme}://127.0.0.1:${await serve((request, response) => {
      response.setHeader('access-control-allow-origin', app).setHeader('access-control-allow-headers', 'authorization');
      const token = request.headers.authorization?.split(' ')[1];
      if (token === undefined) response.end();
      else
        jwtVerify(token, keys, { issuer: torii.issuer }).then(
          ({ payload }) => response.end(JSON.stringify(payload)),
          () => response.writeHead(401).end(),
        );
    })}`;

    const page = await openPage({ ignoreHTTPSErrors: true });
    await page.goto(app);
    // As text, because the test runner would rewrite the imports of a function.
    const run = <Result>(script: string) =>
      page.evaluate<Result>(`(async () => {
        const { createSession } = await import('${torii.issuer}/_torii/browser/session.js');
        const session = createSession({ issuer: '${torii.issuer}', publishableKey: '${torii.publishableKey}' });
        ${script}
      })()`);
    const outcome = await run<Outcome>(`
      const before = await session.getState();
      const { status: signedIn } = await fetch('${torii.loginUrl}', {
        method: 'POST',
        credentials: 'include',
        headers: { 'content-type': 'application/json', 'x-api-key': '${torii.publishableKey}' },
        body: '${JSON.stringify(login)}',
      });
      const state = await session.getState();
      const first = await session.getToken();
      const switched = await session.switchOrganization('${acme.id}');
      const token = await session.getToken();
      const response = await fetch('${api}', { headers: { authorization: 'Bearer ' + token } });
      return { before, signedIn, state, first, switched, api: await response.json(), hint: document.cookie };
    `);

    expect(outcome.before).toMatchObject({ authenticated: false });
    expect(outcome.signedIn).toBe(200);
    expect(outcome.state).toMatchObject({ authenticated: true, organizations: [{ id: acme.id }] });
    expect(outcome.first).not.toBe(outcome.switched);
    expect(outcome.api).toMatchObject({ sub: id, org_id: acme.id, org_role: 'org:administrator' });
    expect(outcome.hint).not.toContain('__client_session=');
    const cookies = await page.context().cookies();
    expect(cookies.map(({ name }) => name).sort()).toEqual(['__client_session', '__client_session_hint']);
    expect(cookies).toMatchObject([cookie, cookie]);
    expect(JSON.stringify(cookies)).not.toContain('eyJ');

    const after = await run<readonly unknown[]>(`
      await session.signOut();
      return [await session.getToken(), (await session.getState()).authenticated];
    `);
    expect(after).toEqual([null, false]);
    expect(await page.context().cookies()).toEqual([]);
  },
);

async function start(scheme: Scene['scheme'], listener: RequestListener): Promise<Server> {
  const server = scheme === 'http' ? createHttpServer(listener) : createHttpsServer(await certificate(), listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server as Server;
}

async function certificate(): Promise<{ readonly cert: string; readonly key: string }> {
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
  });
  return { cert, key };
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
