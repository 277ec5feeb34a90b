import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

// Each import of the module acts as one tab. All of them share the storage of `window`.
vi.mock('react', () => ({
  useRef: (current: unknown) => ({ current }),
  useEffect: (effect: () => (() => void) | undefined) => void cleanUps.push(effect()),
}));
vi.mock('#navigation', () => ({ useRouter: () => ({ refresh: () => {} }) }));

const cleanUps: ((() => void) | undefined)[] = [];
let cookie: string | null;
let loads: string[];

beforeEach(() => {
  cookie = 'token of ada';
  loads = [];
  const makeStorage = () => {
    const notes = new Map<string, string>();
    return {
      getItem: (key: string) => notes.get(key) ?? null,
      setItem: (key: string, value: string) => void notes.set(key, value),
      removeItem: (key: string) => void notes.delete(key),
    };
  };
  const events = new EventTarget();
  vi.stubGlobal('window', { localStorage: makeStorage() });
  vi.stubGlobal('sessionStorage', makeStorage());
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
  vi.stubGlobal('location', {
    href: 'https://app.test/notes',
    origin: 'https://app.test',
    reload: () => loads.push('loaded again'),
    assign: (address: string) => loads.push(address),
  });
  vi.stubGlobal('fetch', async (_path: string, { method, headers }: RequestInit) => {
    const changed = (cookie === null) === (method === 'POST');
    cookie = method === 'POST' ? new Headers(headers).get('authorization') : null;
    return Response.json({ changed, userId: cookie && 'ada', ...(cookie && { expiresInSeconds: 300 }) });
  });
});
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp?.();
  vi.unstubAllGlobals();
});

async function openTab(): Promise<typeof import('../src/browser/client.ts')> {
  vi.resetModules();
  return import('../src/browser/client.ts');
}

// Node 24.5 and later have Web Locks.
test.runIf(globalThis.navigator?.locks !== undefined)(
  'a tab that is loaded while another tab signs out does not set the cookie again',
  async () => {
    const [leaving, loading] = [await openTab(), await openTab()];
    let release = () => {};
    const signOut = vi.fn(() => new Promise<void>((resolve) => (release = resolve)));
    const ended = leaving.endSession({ signOut });
    await expect.poll(() => signOut.mock.calls.length).toBeGreaterThan(0);
    // The second tab waits for the lock, with a token in memory.
    const getToken = vi.fn(async () => 'token of ada');
    loading.TokenKeeper({ session: { getToken, signOut }, userId: 'ada' });
    release();
    await ended;
    await expect.poll(() => loads).toEqual(['/', 'loaded again']);
    expect([cookie, getToken.mock.calls]).toEqual([null, []]);
  },
);

describe('changing the organization', () => {
  test('stores the new token before the page is loaded again', async () => {
    const { changeOrganization } = await openTab();
    let organization = 'acme';
    const switchOrganization = async (id: string) => {
      organization = id;
    };
    await changeOrganization({ switchOrganization, getToken: async () => organization }, 'globex');
    expect([cookie, loads]).toEqual(['Bearer globex', ['loaded again']]);
  });

  test.each([
    ['/settings', ['/settings']],
    ['/notes#top', ['/notes#top', 'loaded again']],
    ['https://app.test/notes#top', ['https://app.test/notes#top', 'loaded again']],
    ['https://evil.test/', ['/']],
    ['javascript:alert(1)', ['/']],
  ])('loads a full page of the app: %s', async (to, expected) => {
    const { changeOrganization } = await openTab();
    await changeOrganization({ switchOrganization: async () => {}, getToken: async () => 'globex' }, 'globex', { to });
    expect(loads).toEqual(expected);
  });

  test('leaves cookie and page as they were if Torii refuses', async () => {
    const { changeOrganization } = await openTab();
    const switchOrganization = () => Promise.reject(new Error('not a member'));
    const getToken = vi.fn(async () => 'acme');
    await expect(changeOrganization({ switchOrganization, getToken }, 'globex')).rejects.toThrow('not a member');
    expect([cookie, loads, getToken.mock.calls]).toEqual(['token of ada', [], []]);
  });

  test('does not leave the page if the token route fails', async () => {
    vi.stubGlobal('fetch', async () => new Response('down', { status: 500 }));
    const { changeOrganization } = await openTab();
    const given = { switchOrganization: async () => {}, getToken: async () => 'globex' };
    await expect(changeOrganization(given, 'globex')).rejects.toThrow('/api/torii/token');
    expect(loads).toEqual([]);
  });

  test('clears the cookie if the session has ended', async () => {
    const { changeOrganization } = await openTab();
    await changeOrganization({ switchOrganization: async () => {}, getToken: async () => null }, 'globex');
    expect([cookie, loads]).toEqual([null, ['loaded again']]);
  });

  test('in one tab keeps other tabs from storing a token of the old organization', async () => {
    const [one, other] = [await openTab(), await openTab()];
    await one.changeOrganization({ switchOrganization: async () => {}, getToken: async () => 'globex' }, 'globex');
    const getToken = vi.fn(async () => 'acme');
    other.TokenKeeper({ session: { getToken, signOut: async () => {} }, userId: 'ada' });
    await expect.poll(() => loads).toEqual(['loaded again', 'loaded again']);
    expect([cookie, getToken.mock.calls]).toEqual(['Bearer globex', []]);
  });
});

test('signing out loads a full page, even if only the fragment differs', async () => {
  const { endSession } = await openTab();
  await endSession({ signOut: async () => {} }, { to: '/notes#bye' });
  expect([cookie, loads]).toEqual([null, ['/notes#bye', 'loaded again']]);
});

test('the module loads on a server, without `window`', async () => {
  vi.stubGlobal('window', undefined);
  const { getErrorReason } = await openTab();
  expect(getErrorReason({ digest: 'torii.keys_unavailable' })).toBe('keys_unavailable');
});

test.each<[unknown, string | undefined]>([
  [{ digest: 'torii.not_allowed', message: 'An error occurred.' }, 'not_allowed'],
  [{ message: 'torii.token_missing' }, 'token_missing'],
  [{ digest: '123', message: 'torii.token_missing' }, 'token_missing'],
  [{ digest: 'torii.', message: 'torii.' }, undefined],
  [{ digest: 'torii.not_allowed;x' }, undefined],
  [{ message: 'See torii.token_missing' }, undefined],
  [{ message: 'torii.token_missing\n' }, undefined],
  [{ digest: 4, message: {} }, undefined],
  [{}, undefined],
  [undefined, undefined],
  [null, undefined],
  ['torii.token_missing', undefined],
])('the reason of %j is %s', async (error, reason) => {
  const { getErrorReason } = await openTab();
  expect(getErrorReason(error as never)).toBe(reason);
});
