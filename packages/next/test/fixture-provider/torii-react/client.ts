import { published, renewalPath } from './paths';

export interface UserProfile {
  readonly id: string;
  readonly email: string;
}

export interface Membership {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** What the page shows of the session. */
export interface SessionState {
  readonly isLoaded: boolean;
  readonly user: UserProfile | null;
  readonly organizations: readonly Membership[];
}

export interface ToriiClient {
  readonly state: () => SessionState;
  subscribe(listener: () => void): () => void;
  load(): Promise<void>;
  getToken(): Promise<string | null>;
  signIn(email: string, password: string): Promise<void>;
  switchOrganization(id: string): Promise<void>;
  signOut(): Promise<void>;
}

interface HeldToken {
  readonly token: string;
  readonly endsAtMs: number;
}

const signedOut: SessionState = { isLoaded: true, user: null, organizations: [] };
const renewBeforeMs = 30_000;

export function createClient(publishableKey: string, origin: string): ToriiClient {
  let state: SessionState = { ...signedOut, isLoaded: false };
  let held: HeldToken | undefined;
  let loading: Promise<void> | undefined;
  let renewal: Promise<string | null> | undefined;
  /** Grows with each change of the session, so that an older renewal does not bring back an older token. */
  let version = 0;
  const listeners = new Set<() => void>();

  function show(next: SessionState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function send(path: string, method: 'GET' | 'POST', body?: object): Promise<Response> {
    const headers = { 'X-API-Key': publishableKey, ...(body && { 'Content-Type': 'application/json' }) };
    const init = { method, headers, credentials: 'include', ...(body && { body: JSON.stringify(body) }) } as const;
    return fetch(origin + path, init);
  }

  async function requireOk(answer: Promise<Response>): Promise<Record<string, unknown>> {
    const response = await answer;
    if (!response.ok) throw new Error(`Torii answered ${response.status}: ${await response.text()}`);
    return response.status === 204 ? {} : response.json();
  }

  function changeTo(answer: Record<string, unknown> | undefined): void {
    version += 1;
    renewal = undefined;
    if (answer === undefined) held = undefined;
    else hold(answer);
  }

  function hold({ accessToken, expiresAt }: Record<string, unknown>): string {
    if (typeof accessToken !== 'string' || typeof expiresAt !== 'string') throw new Error('Torii sent no token.');
    held = { token: accessToken, endsAtMs: Date.parse(expiresAt) };
    return accessToken;
  }

  async function boot(): Promise<void> {
    const { authenticated, user, organizations } = await requireOk(send(published.client, 'GET'));
    if (authenticated !== true) {
      changeTo(undefined);
      return show(signedOut);
    }
    show({ isLoaded: true, user: user as UserProfile, organizations: organizations as readonly Membership[] });
  }

  async function renew(): Promise<string | null> {
    const begun = version;
    const response = await send(renewalPath, 'POST');
    const answer = response.status === 401 ? undefined : await requireOk(Promise.resolve(response));
    if (version !== begun) return held?.token ?? null;
    if (answer !== undefined) return hold(answer);
    changeTo(undefined);
    show(signedOut);
    return null;
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load() {
      loading ??= boot();
      return loading;
    },
    async getToken() {
      if (state.user === null) return null;
      if (held !== undefined && Date.now() < held.endsAtMs - renewBeforeMs) return held.token;
      renewal ??= renew();
      const running = renewal;
      try {
        return await running;
      } finally {
        if (renewal === running) renewal = undefined;
      }
    },
    async signIn(email, password) {
      changeTo(await requireOk(send(published.login, 'POST', { email, password })));
      await boot();
    },
    async switchOrganization(id) {
      changeTo(await requireOk(send(published.switchOrganization(id), 'POST')));
      show({ ...state });
    },
    async signOut() {
      await requireOk(send(published.logout, 'POST'));
      changeTo(undefined);
      show(signedOut);
    },
  };
}
