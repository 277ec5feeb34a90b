import { afterEach, describe, expect, test, vi } from 'vitest';

function makeTab(): Storage {
  const notes = new Map<string, string>();
  const tab: Partial<Storage> = {
    getItem: (key) => notes.get(key) ?? null,
    setItem: (key, value) => void notes.set(key, value),
    removeItem: (key) => void notes.delete(key),
  };
  return tab as Storage;
}

const signInPage = '/sign-in?return_to=%2Fnotes';

/** A document that is loaded at an address. Each import of the module acts as one document. */
async function load(address: string, redirectCount = 0) {
  vi.resetModules();
  moveTo(address);
  vi.spyOn(performance, 'getEntriesByType').mockReturnValue([
    Object.assign(performance.mark('load'), { redirectCount }),
  ]);
  const events = new EventTarget();
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
  vi.stubGlobal('navigation', new EventTarget());
  return {
    ...(await import('../src/browser/sign-in/fragment.ts')),
    leave: () => events.dispatchEvent(new Event('pagehide')),
  };
}

function moveTo(address: string): void {
  const { pathname, search, hash } = new URL(address, 'https://app.test');
  vi.stubGlobal('location', { pathname, search, hash });
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('the fragment of the page that the user came from', () => {
  test('is known if a response redirected to the sign-in page', async () => {
    const tab = makeTab();
    const { keptFragment } = await load(`${signInPage}#section-2`, 1);
    expect(keptFragment(() => tab, '/notes')).toBe('#section-2');
  });

  test('is still known after the sign-in page has changed its own, and after a visit to another page', async () => {
    const tab = makeTab();
    const { keptFragment } = await load(`${signInPage}#section-2`, 1);
    keptFragment(() => tab, '/notes');
    moveTo(`${signInPage}#step-2`);
    expect(keptFragment(() => tab, '/notes')).toBe('#section-2');
    expect((await load(signInPage)).keptFragment(() => tab, '/notes')).toBe('#section-2');
  });

  test.each([
    ['was there from the start, as in a link to the sign-in page', `${signInPage}#step-1`, 0],
    ['is empty', signInPage, 1],
  ])('is not taken from the sign-in page if it %s', async (_name, address, redirects) => {
    const tab = makeTab();
    const { keptFragment } = await load(address, redirects);
    expect(keptFragment(() => tab, '/notes')).toBe('');
  });

  test('is not used for another page', async () => {
    const tab = makeTab();
    (await load(`${signInPage}#section-2`, 1)).keptFragment(() => tab, '/notes');
    const { keptFragment } = await load('/sign-in?return_to=%2Forders');
    expect(keptFragment(() => tab, '/orders')).toBe('');
  });

  test('is known if a script or a tag of the page loaded the sign-in page', async () => {
    const tab = makeTab();
    const page = await load('/notes#section-2');
    page.watchFragments(() => tab);
    page.leave();
    expect((await load('/sign-in?return_to=%2Forders')).keptFragment(() => tab, '/orders')).toBe('');
    expect((await load(signInPage)).keptFragment(() => tab, '/notes')).toBe('#section-2');
  });

  test('is known if the router went to the sign-in page without loading it', async () => {
    const tab = makeTab();
    const { watchFragments, keptFragment } = await load('/');
    const stop = watchFragments(() => tab);
    const change = () =>
      Object.assign(new Event('currententrychange'), { from: { url: 'https://app.test/notes#two' } });
    moveTo(signInPage);
    const { navigation } = globalThis as unknown as { navigation: EventTarget };
    navigation.dispatchEvent(change());
    expect(keptFragment(() => tab, '/notes')).toBe('#two');
    stop();
    tab.removeItem('torii.fragment_left');
    navigation.dispatchEvent(change());
    expect(tab.getItem('torii.fragment_left')).toBeNull();
  });

  test('is forgotten half a minute after the page was left, and when a page was reached', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const tab = makeTab();
    const page = await load('/notes#section-2');
    page.watchFragments(() => tab);
    page.leave();
    vi.setSystemTime(Date.now() + 30_000);
    expect((await load(signInPage)).keptFragment(() => tab, '/notes')).toBe('');
    page.leave();
    page.forgetFragments(() => tab);
    expect((await load(signInPage)).keptFragment(() => tab, '/notes')).toBe('');
  });

  test('is empty if storage does not work or has an invalid entry', async () => {
    const { keptFragment } = await load(signInPage);
    const forbidden = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    expect(keptFragment(forbidden, '/notes')).toBe('');
    for (const text of ['', 'nonsense', 'null', '7', `{"page":"${signInPage}","hash":"//evil.test"}`]) {
      const tab = makeTab();
      tab.setItem('torii.fragment', text);
      expect(keptFragment(() => tab, '/notes')).toBe('');
    }
  });
});
