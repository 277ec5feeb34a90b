import { describe, expect, test } from 'vitest';
import { forgetBounces, mayBounce, noteArrival, type TabStorage } from '../src/browser/tab/bounce.ts';

function makeTab(): () => TabStorage {
  const notes = new Map<string, string>();
  return () => ({
    getItem: (key) => notes.get(key) ?? null,
    setItem: (key, value) => void notes.set(key, value),
    removeItem: (key) => void notes.delete(key),
  });
}

const now = 1_700_000_000_000;
const at = (path: string) => new URL(path, 'https://app.test');

describe('a tab', () => {
  test('is redirected to an address once, and again only after 30 seconds', () => {
    const tab = makeTab();
    expect(mayBounce(tab, at('/notes'), now)).toBe(true);
    expect(mayBounce(tab, at('/notes'), now + 500)).toBe(false);
    expect(mayBounce(tab, at('/notes'), now + 29_999)).toBe(false);
    expect(mayBounce(tab, at('/notes'), now + 30_000)).toBe(true);
  });

  test.each([
    ['back by a second', -1000],
    ['back by half a minute', -29_000],
  ])('is not redirected again after its clock was set %s', (_name, change) => {
    const tab = makeTab();
    mayBounce(tab, at('/notes'), now);
    expect(mayBounce(tab, at('/notes'), now + change)).toBe(false);
  });

  test('may be redirected to another address', () => {
    const tab = makeTab();
    mayBounce(tab, at('/notes'), now);
    expect(mayBounce(tab, at('/orders'), now + 10)).toBe(true);
  });

  test.each([
    ['a fragment', '/notes?a=1', '/notes?a=1#top'],
    ['a slash at the end', '/notes', '/notes/'],
    ['how it is written', '/notes', 'https://app.test/notes'],
  ])('treats two addresses as one if they differ only by %s', (_name, one, other) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const tab = makeTab();
      expect([mayBounce(tab, at(first), now), mayBounce(tab, at(second), now + 10)]).toEqual([true, false]);
    }
  });

  test('is not redirected endlessly by addresses that lead to each other or differ each time', () => {
    for (const addresses of [
      ['/a', '/b', '/a', '/b', '/a', '/b'],
      ['/?n=1', '/?n=2', '/?n=3', '/?n=4', '/?n=5'],
    ]) {
      const tab = makeTab();
      const sent = addresses.filter((address, index) => mayBounce(tab, at(address), now + index * 1000));
      expect(sent.length).toBeLessThanOrEqual(3);
    }
    const tab = makeTab();
    for (const [index, path] of ['/1', '/2', '/3'].entries()) expect(mayBounce(tab, at(path), now + index)).toBe(true);
    expect(mayBounce(tab, at('/4'), now + 29_999)).toBe(false);
    expect(mayBounce(tab, at('/4'), now + 30_002)).toBe(true);
  });

  test('may be redirected to the same address again after the page loaded, but not endlessly', () => {
    const tab = makeTab();
    for (const wait of [0, 1, 2]) {
      expect(mayBounce(tab, at('/notes'), now + wait)).toBe(true);
      noteArrival(tab);
    }
    expect(mayBounce(tab, at('/notes'), now + 3)).toBe(false);
    expect(mayBounce(tab, at('/notes'), now + 30_003)).toBe(true);
  });

  test('may be redirected again after the user acted', () => {
    const tab = makeTab();
    mayBounce(tab, at('/notes'), now);
    forgetBounces(tab);
    expect(mayBounce(tab, at('/notes'), now + 10)).toBe(true);
  });

  test('is never redirected if storage does not work, because a loop could not be detected', () => {
    const forbidden = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    const forgetful: TabStorage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
    expect(mayBounce(forbidden, at('/notes'), now)).toBe(false);
    expect(mayBounce(() => forgetful, at('/notes'), now)).toBe(false);
    expect(() => forgetBounces(forbidden)).not.toThrow();
    expect(() => noteArrival(forbidden)).not.toThrow();
  });

  test('ignores invalid entries in storage', () => {
    for (const note of [
      '',
      'nonsense',
      ' ',
      '{}',
      'null',
      `${now}`,
      '[1,null,{}]',
      `[{"atMs":"${now}","address":7}]`,
    ]) {
      const tab = makeTab();
      tab().setItem('torii.bounced', note);
      expect(mayBounce(tab, at('/notes'), now)).toBe(true);
    }
  });
});
