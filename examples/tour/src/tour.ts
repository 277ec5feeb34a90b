import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, createToriiClient, ToriiApiError } from '@torii/api';
import type { Emulator } from '@torii/emulator';
import type { Revocations } from '@torii/revocation';
import type { RunningServer } from './servers.ts';

export interface Cast {
  readonly emulator: Emulator;
  /** Another issuer, which the servers do not trust. */
  readonly other: Emulator;
  /** Shared with the servers. */
  readonly revocations: Revocations;
  readonly servers: readonly RunningServer[];
  /** The origin of the static page, and the server that allows requests from it. */
  readonly page: { readonly origin: string; readonly api: RunningServer };
}

/** A request, the expected response, and the response of each server that it was sent to. */
export interface Step {
  readonly sent: string;
  readonly expected: string;
  /** The responses, by the name of the server. */
  readonly answers: ReadonlyMap<string, string>;
}

/** The tour's users. They exist only in the emulator. */
const ada = { firstName: 'ada', email: 'ada@example.com', password: 'correct horse battery' };
export const grace = { firstName: 'grace', email: 'grace@example.com', password: 'compilers are fun' };

/** How long a ban may take to reach a server. Servers read the file every 250 ms. */
const longestNewsMs = 2_000;

/** An expiry that is further in the past than any clock tolerance (at most 300 seconds). */
const longAgo = -3600;

/**
 * Creates a user and signs her in, sends valid and invalid tokens to every server, rotates the keys and bans the user. Everything
 * goes over HTTP, as in a real app. Requests that need the secret key use the REST client.
 */
export async function takeTour({ emulator, other, revocations, servers, page }: Cast): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const atTorii = async (sent: string, expected: string, response: Promise<Response>) => {
    const { outcome, body } = await read(response, new Map());
    steps.push({ sent, expected, answers: new Map([['Torii', outcome]]) });
    return body;
  };
  const { secretKey, apiUrl } = emulator;
  const client = createToriiClient({ secretKey, apiUrl, revocations, timeoutMs: 10_000 });
  const throughClient = async <T>(
    sent: string,
    expected: string,
    call: Call<T>,
    say: (data: T) => string = () => '',
  ) => {
    const outcome = await call.withResponse().then(
      ({ status, data }) => `${status} ${say(data)}`.trim(),
      (error: unknown) => (error instanceof ToriiApiError ? `${error.status} ${error.code}` : 'no answer'),
    );
    steps.push({ sent, expected, answers: new Map([['Torii', outcome]]) });
    return call;
  };
  const names = new Map<string, string>();
  const atServers = async (sent: string, expected: string, token?: string, route = 'GET /me') => {
    const [method = '', path] = route.split(' ');
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const call = async ({ name, url }: RunningServer) => {
      const { outcome } = await read(
        fetch(url + path, { method, headers, signal: AbortSignal.timeout(60_000) }),
        names,
      );
      return [name, outcome] as const;
    };
    steps.push({ sent, expected, answers: new Map(await Promise.all(servers.map(call))) });
  };

  const fromPage = async (sent: string, expected: string, init: RequestInit) => {
    const response = fetch(`${page.api.url}/me`, { ...init, signal: AbortSignal.timeout(60_000) });
    const { outcome } = await read(response, names);
    const readable = await response.then(({ headers }) => isReadable(headers, page.origin)).catch(() => false);
    steps.push({ sent, expected, answers: new Map([[page.api.name, readable ? `${outcome} readable` : outcome]]) });
  };

  const { id: graceId } = await client.users.create(grace);
  // For the Next.js app, where a user can change the organization.
  await emulator.createOrganization({ name: 'Acme', members: [{ userId: graceId, role: 'org:administrator' }] });
  await emulator.createOrganization({ name: 'Globex', members: [{ userId: graceId, role: 'org:member' }] });
  const { id: userId } = await throughClient('create a user with @torii/api', '201', client.users.create(ada));
  names.set(userId, ada.firstName);
  const sayNames = (page: { readonly items: readonly { readonly name?: string | null }[] }) =>
    page.items.map(({ name }) => name).join(', ');
  await throughClient('create the same user again', '409 email_taken', client.users.create(ada)).catch(() => {});
  const changes = { locale: 'da', lastName: null } as const;
  await throughClient('set the locale, clear the last name', '200 da', client.users.update(userId, changes), (user) =>
    String(user.locale),
  );
  await throughClient('list the users', '200 ada, grace', client.users.list(), sayNames);
  const signedIn = await atTorii('sign in with the password', '200', signIn(emulator));
  const token = textOf(signedIn, 'accessToken');
  await atTorii('sign in with a wrong password', '401 invalid_credentials', signIn(emulator, 'not the password'));

  await atServers('GET / without a token', '200', undefined, 'GET /');
  await atServers('GET /me without a token', '401 token_missing');
  await atServers('GET /me with the token', '200 ada', token);
  const origin = { origin: page.origin };
  await fromPage('the preflight of GET /me, from the static page', '204 readable', {
    method: 'OPTIONS',
    headers: {
      ...origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    },
  });
  await fromPage('GET /me with the token, from the static page', '200 ada readable', {
    headers: { ...origin, authorization: `Bearer ${token}` },
  });
  await fromPage('GET /me without a token, from the static page', '401 token_missing readable', { headers: origin });
  await atServers(
    'GET /me with an expired token',
    '401 token_expired',
    await emulator.token({ userId, expiresInSeconds: longAgo }),
  );
  await atServers('… with a token of another issuer', '401 issuer_refused', await other.token({ userId }));
  await atServers(
    '… with a token of another issuer that claims this one',
    '401 key_unknown',
    await other.token({ userId, issuer: emulator.issuer, environmentId: emulator.environmentId }),
  );
  await atServers(
    '… with a token signed by another key, with a known key id',
    '401 signature_invalid',
    await emulator.token({ userId, signedBy: 'stranger' }),
  );
  await atServers('DELETE /admin/cache as a user without a role', '403 not_allowed', token, 'DELETE /admin/cache');
  const organization = { id: 'acme', role: 'org:administrator' };
  await atServers(
    'DELETE /admin/cache as an administrator',
    '200',
    await emulator.token({ userId, organization }),
    'DELETE /admin/cache',
  );

  await emulator.rotateKeys();
  await atServers('GET /me with a token from before a key rotation', '200 ada', token);
  const signedInAgain = await atTorii('sign in again', '200', signIn(emulator));
  await atServers('GET /me with a token from after the rotation', '200 ada', textOf(signedInAgain, 'accessToken'));

  await throughClient('ban the user', '200 banned', client.users.ban(userId), ({ status }) => status);
  await throughClient('list the banned users', '200 ada', client.users.list({ statuses: ['banned'] }), sayNames);
  await atTorii('sign in after the ban', '403 user_banned', signIn(emulator));
  const informed = servers.filter(({ readsRevocations }) => readsRevocations);
  const refusals = informed.map(async ({ name, url }) => [name, await untilRefused(`${url}/me`, token)] as const);
  steps.push({
    sent: 'GET /me with a token from before the ban,\nwithin two seconds',
    expected: '401 token_revoked',
    answers: new Map(await Promise.all(refusals)),
  });
  return steps;
}

/** Sends the token again until the server has heard of the ban, and returns its last response. */
async function untilRefused(url: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const begun = performance.now();
  for (;;) {
    const { outcome } = await read(fetch(url, { headers, signal: AbortSignal.timeout(60_000) }), new Map());
    if (outcome !== '200' || performance.now() - begun > longestNewsMs) return outcome;
    await sleep(50);
  }
}

function signIn(emulator: Emulator, password = ada.password): Promise<Response> {
  return post(emulator.loginUrl, { email: ada.email, password });
}

function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
}

/** Summarizes a response: its status, then the reason of the refusal or the name of the user. */
async function read(
  pending: Promise<Response>,
  names: ReadonlyMap<string, string>,
): Promise<{ readonly outcome: string; readonly body: unknown }> {
  try {
    const response = await pending;
    const body: unknown = await response.json().catch(() => undefined);
    const why = valueAt(body, 'error', 'reason') ?? valueAt(body, 'properties', 'code');
    const who = names.get(String(valueAt(body, 'userId')));
    return { outcome: [response.status, why ?? who].filter((part) => part !== undefined).join(' '), body };
  } catch {
    return { outcome: 'no answer', body: undefined };
  }
}

/** Whether scripts of the origin may read the response, including its challenge if there is one. */
function isReadable(headers: Headers, origin: string): boolean {
  const exposed = /\bwww-authenticate\b/i.test(headers.get('access-control-expose-headers') ?? '');
  return headers.get('access-control-allow-origin') === origin && (exposed || headers.get('www-authenticate') === null);
}

function textOf(body: unknown, name: string): string {
  const value = valueAt(body, name);
  if (typeof value !== 'string')
    throw new Error(`The response of Torii has no text \`${name}\`, which the tour needs.`);
  return value;
}

function valueAt(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
}
