import { expect, test } from 'vitest';
import { watchSessionChanges } from '../src/browser/session-changes.ts';

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
