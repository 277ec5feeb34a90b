import { describe, expect, test } from 'vitest';
import { forgetBounce, mayBounce, type TabStorage } from '../src/bounce.ts';

function makeTab(): () => TabStorage {
  const notes = new Map<string, string>();
  return () => ({
    getItem: (key) => notes.get(key) ?? null,
    setItem: (key, value) => void notes.set(key, value),
    removeItem: (key) => void notes.delete(key),
  });
}

const now = 1_700_000_000_000;

describe('a tab', () => {
  test('is sent back once, and not a second time at once', () => {
    const tab = makeTab();
    expect(mayBounce(tab, '/notes', now)).toBe(true);
    expect(mayBounce(tab, '/notes', now + 500)).toBe(false);
    expect(mayBounce(tab, '/notes', now + 29_999)).toBe(false);
    expect(mayBounce(tab, '/notes', now + 30_000)).toBe(true);
  });

  test.each([
    ['back by a second', -1000],
    ['back by half a minute', -29_000],
  ])('is not sent back again because its clock was set %s', (_name, change) => {
    const tab = makeTab();
    mayBounce(tab, '/notes', now);
    expect(mayBounce(tab, '/notes', now + change)).toBe(false);
  });

  test('may be sent to another address', () => {
    const tab = makeTab();
    mayBounce(tab, '/notes', now);
    expect(mayBounce(tab, '/orders', now + 10)).toBe(true);
  });

  test('begins anew where a person did something', () => {
    const tab = makeTab();
    mayBounce(tab, '/notes', now);
    forgetBounce(tab);
    expect(mayBounce(tab, '/notes', now + 10)).toBe(true);
  });

  test('is not sent anywhere where nothing can be noted: nobody would know when to stop', () => {
    const forbidden = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    const deaf: TabStorage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
    expect(mayBounce(forbidden, '/notes', now)).toBe(false);
    expect(mayBounce(() => deaf, '/notes', now)).toBe(false);
    expect(() => forgetBounce(forbidden)).not.toThrow();
  });

  test('takes no harm from a note that somebody else wrote', () => {
    for (const note of ['', 'nonsense', ' ', 'x /notes', `${now}`]) {
      const tab = makeTab();
      tab().setItem('torii.bounced', note);
      expect(mayBounce(tab, '/notes', now)).toBe(true);
    }
  });
});
