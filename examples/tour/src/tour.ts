import { type Call, createToriiClient, ToriiApiError } from '@torii/api';
import type { Emulator } from '@torii/emulator';
import type { RunningServer } from './servers.ts';

/** What takes part in the tour. */
export interface Cast {
  readonly torii: Emulator;
  /** Another issuer, which the servers do not know. */
  readonly other: Emulator;
  readonly servers: readonly RunningServer[];
  /** A page of another origin, and the server that lets it call. */
  readonly page: { readonly origin: string; readonly api: RunningServer };
}

/** Something that was sent, and what came back from each place that it was sent to. */
export interface Step {
  readonly sent: string;
  readonly expected: string;
  /** By the name of the place. */
  readonly answers: ReadonlyMap<string, string>;
}

/** People of the tour. Emails and passwords are made up, and live as long as the emulator. */
const ada = { name: 'ada', email: 'ada@example.com', password: 'correct horse battery' };
export const grace = { name: 'grace', email: 'grace@example.com', password: 'compilers are fun' };

/** Longer ago than any difference of clocks that a server puts up with. */
const longAgo = -3600;

/**
 * Signs a user up and in, sends good and bad tokens to every server, rotates the keys, bans the user. What is sent is
 * sent over HTTP, as an app and its users would; what only an app may do goes through its REST client.
 */
export async function takeTour({ torii, other, servers, page }: Cast): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const atTorii = async (sent: string, expected: string, response: Promise<Response>) => {
    const { outcome, body } = await read(response, new Map());
    steps.push({ sent, expected, answers: new Map([['Torii', outcome]]) });
    return body;
  };
  const client = createToriiClient({ secretKey: torii.secretKey, apiUrl: torii.apiUrl, timeoutMs: 10_000 });
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

  await client.users.create(grace);
  const { id: userId } = await throughClient('create a user with @torii/api', '201', client.users.create(ada));
  names.set(userId, ada.name);
  const sayNames = (page: { readonly items: readonly { readonly name?: string | null }[] }) =>
    page.items.map(({ name }) => name).join(', ');
  await throughClient('create her a second time', '409 email_taken', client.users.create(ada)).catch(() => {});
  const changes = { locale: 'da', phone: null } as const;
  await throughClient('set her locale, clear her phone', '200 da', client.users.update(userId, changes), (user) =>
    String(user.locale),
  );
  await throughClient('list the users', '200 ada, grace', client.users.list(), sayNames);
  const signedIn = await atTorii('sign in with the password', '200', signIn(torii));
  const token = textOf(signedIn, 'accessToken');
  await atTorii('sign in with a wrong password', '401 invalid_credentials', signIn(torii, 'not the password'));

  await atServers('GET / without a token', '200', undefined, 'GET /');
  await atServers('GET /me without a token', '401 token_missing');
  await atServers('GET /me with the token', '200 ada', token);
  const origin = { origin: page.origin };
  await fromPage('the question before it, by a page of another origin', '204 readable', {
    method: 'OPTIONS',
    headers: {
      ...origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    },
  });
  await fromPage('GET /me with the token, by that page', '200 ada readable', {
    headers: { ...origin, authorization: `Bearer ${token}` },
  });
  await fromPage('GET /me without a token, by that page', '401 token_missing readable', { headers: origin });
  await atServers(
    'GET /me with a token that has ended',
    '401 token_expired',
    await torii.token({ userId, expiresInSeconds: longAgo }),
  );
  await atServers('… of another issuer', '401 issuer_refused', await other.token({ userId }));
  await atServers(
    '… of another issuer that claims to be ours',
    '401 key_unknown',
    await other.token({ userId, issuer: torii.issuer }),
  );
  await atServers(
    '… signed by a stranger with our key id',
    '401 signature_invalid',
    await torii.token({ userId, signedBy: 'stranger' }),
  );
  await atServers('DELETE /admin/cache as a plain user', '403 not_allowed', token, 'DELETE /admin/cache');
  const organization = { id: 'acme', role: 'org:administrator' };
  await atServers(
    'DELETE /admin/cache as an administrator',
    '200',
    await torii.token({ userId, organization }),
    'DELETE /admin/cache',
  );

  await torii.rotateKeys();
  await atServers('GET /me, token from before a key rotation', '200 ada', token);
  const signedInAgain = await atTorii('sign in again', '200', signIn(torii));
  await atServers('GET /me, token from after the rotation', '200 ada', textOf(signedInAgain, 'accessToken'));

  await throughClient('ban the user', '200 banned', client.users.ban(userId), ({ status }) => status);
  await throughClient('list the banned', '200 ada', client.users.list({ statuses: ['banned'] }), sayNames);
  await atTorii('sign in after the ban', '403 user_banned', signIn(torii));
  await atServers("GET /me, token from before the ban:\ngood until it ends, by Torii's contract", '200 ada', token);
  return steps;
}

function signIn(torii: Emulator, password = ada.password): Promise<Response> {
  return post(torii.signInUrl, { email: ada.email, password });
}

function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
}

/** What an answer comes down to: its status, and then why it refused or whom it knew. */
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

/** Whether a page's script may read an answer, and its challenge if there is one. */
function isReadable(headers: Headers, origin: string): boolean {
  const exposed = /\bwww-authenticate\b/i.test(headers.get('access-control-expose-headers') ?? '');
  return headers.get('access-control-allow-origin') === origin && (exposed || headers.get('www-authenticate') === null);
}

function textOf(body: unknown, name: string): string {
  const value = valueAt(body, name);
  if (typeof value !== 'string') throw new Error(`Torii's answer has no \`${name}\`: the tour cannot go on.`);
  return value;
}

function valueAt(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
}
