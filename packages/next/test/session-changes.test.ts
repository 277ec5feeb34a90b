import { describe, expect, test } from 'vitest';
import { isCookieChangedSince, noteCookieChange, watchSessionChanges } from '../src/browser/tab/session-changes.ts';

function makeStorage() {
  const notes = new Map<string, string>();
  return () => ({
    getItem: (key: string) => notes.get(key) ?? null,
    setItem: (key: string, value: string) => void notes.set(key, value),
  });
}

test('a page detects changes in other tabs after it was loaded, and ignores its own', () => {
  const storage = makeStorage();
  const [one, other] = [watchSessionChanges(storage), watchSessionChanges(storage)];
  expect([one.happened(), other.happened()]).toEqual([false, false]);
  one.note();
  expect([one.happened(), other.happened()]).toEqual([false, true]);
  const later = watchSessionChanges(storage);
  expect(later.happened()).toBe(false);
  // A second change within the same millisecond counts too.
  other.note();
  expect([one.happened(), other.happened(), later.happened()]).toEqual([true, false, true]);
});

test('without working storage, no change is detected and nothing throws', () => {
  const forbidden = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  };
  const full = () => ({ getItem: () => null, setItem: forbidden });
  for (const storage of [forbidden, full]) {
    const changes = watchSessionChanges(storage);
    changes.note();
    expect(changes.happened()).toBe(false);
  }
});

describe('a change of the cookie', () => {
  const now = 1_700_000_000_000;
  const loadedMs = now - 5000;

  test.each([
    ['after the page was loaded', now - 1000, true],
    ['before the page was loaded', now - 6000, false],
    // Otherwise every page would be loaded again and again, for an hour.
    ['an hour ahead, because the clock was set back', now + 3_600_000, false],
  ])('%s', (_name, changedMs, expected) => {
    const storage = makeStorage();
    expect(isCookieChangedSince(storage, loadedMs, now)).toBe(false);
    noteCookieChange(storage, changedMs);
    expect(isCookieChangedSince(storage, loadedMs, now)).toBe(expected);
  });

  test('is unknown if storage does not work', () => {
    const forbidden = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    expect(() => noteCookieChange(forbidden, now)).not.toThrow();
    expect(isCookieChangedSince(forbidden, loadedMs, now)).toBe(false);
  });
});
