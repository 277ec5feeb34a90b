import { afterEach, beforeEach, expect, test, vi } from 'vitest';

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

async function openTab(): Promise<typeof import('../src/browser/client.tsx')> {
  vi.resetModules();
  return import('../src/browser/client.tsx');
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
    loading.TokenKeeper({ getToken, userId: 'ada' });
    release();
    await ended;
    await expect.poll(() => loads).toEqual(['/', 'loaded again']);
    expect([cookie, getToken.mock.calls]).toEqual([null, []]);
  },
);

test('the module loads on a server, without `window`', async () => {
  vi.stubGlobal('window', undefined);
  const { getErrorReason } = await openTab();
  expect(getErrorReason({ digest: 'torii.keys_unavailable' })).toBe('keys_unavailable');
});
