import { expect, test } from 'vitest';
import { watchSignOuts } from '../src/browser/sign-outs.ts';

function makeStorage() {
  const notes = new Map<string, string>();
  return () => ({
    getItem: (key: string) => notes.get(key) ?? null,
    setItem: (key: string, value: string) => void notes.set(key, value),
  });
}

test('a page detects sign-outs in other tabs after it was loaded, and ignores its own', () => {
  const storage = makeStorage();
  const [one, other] = [watchSignOuts(storage), watchSignOuts(storage)];
  expect([one.happened(), other.happened()]).toEqual([false, false]);
  one.note();
  expect([one.happened(), other.happened()]).toEqual([false, true]);
  const later = watchSignOuts(storage);
  expect(later.happened()).toBe(false);
  // A second sign-out within the same millisecond counts too.
  other.note();
  expect([one.happened(), other.happened(), later.happened()]).toEqual([true, false, true]);
});

test('without working storage, no sign-out is detected and nothing throws', () => {
  const forbidden = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  };
  const full = () => ({ getItem: () => null, setItem: forbidden });
  for (const storage of [forbidden, full]) {
    const signOuts = watchSignOuts(storage);
    signOuts.note();
    expect(signOuts.happened()).toBe(false);
  }
});
