import { describe, expect, test } from 'vitest';
import { forgetBounces, mayBounce, noteArrival, type TabStorage } from '../src/browser/bounce.ts';

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
  test('is sent back once, and not a second time at once', () => {
    const tab = makeTab();
    expect(mayBounce(tab, at('/notes'), now)).toBe(true);
    expect(mayBounce(tab, at('/notes'), now + 500)).toBe(false);
    expect(mayBounce(tab, at('/notes'), now + 29_999)).toBe(false);
    expect(mayBounce(tab, at('/notes'), now + 30_000)).toBe(true);
  });

  test.each([
    ['back by a second', -1000],
    ['back by half a minute', -29_000],
  ])('is not sent back again because its clock was set %s', (_name, change) => {
    const tab = makeTab();
    mayBounce(tab, at('/notes'), now);
    expect(mayBounce(tab, at('/notes'), now + change)).toBe(false);
  });

  test('may be sent to another address', () => {
    const tab = makeTab();
    mayBounce(tab, at('/notes'), now);
    expect(mayBounce(tab, at('/orders'), now + 10)).toBe(true);
  });

  test.each([
    ['a fragment', '/notes?a=1', '/notes?a=1#top'],
    ['a slash at the end', '/notes', '/notes/'],
    ['how it is written', '/notes', 'https://app.test/notes'],
  ])('takes two addresses for one where they differ by %s', (_name, one, other) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const tab = makeTab();
      expect([mayBounce(tab, at(first), now), mayBounce(tab, at(second), now + 10)]).toEqual([true, false]);
    }
  });

  test('is not sent on for ever by addresses that lead to each other, or differ each time', () => {
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

  test('may be sent to the same address again where it got in, and not for ever', () => {
    const tab = makeTab();
    for (const wait of [0, 1, 2]) {
      expect(mayBounce(tab, at('/notes'), now + wait)).toBe(true);
      noteArrival(tab);
    }
    expect(mayBounce(tab, at('/notes'), now + 3)).toBe(false);
    expect(mayBounce(tab, at('/notes'), now + 30_003)).toBe(true);
  });

  test('begins anew where a person did something', () => {
    const tab = makeTab();
    mayBounce(tab, at('/notes'), now);
    forgetBounces(tab);
    expect(mayBounce(tab, at('/notes'), now + 10)).toBe(true);
  });

  test('is not sent anywhere where nothing can be noted: nobody would know when to stop', () => {
    const forbidden = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    const deaf: TabStorage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
    expect(mayBounce(forbidden, at('/notes'), now)).toBe(false);
    expect(mayBounce(() => deaf, at('/notes'), now)).toBe(false);
    expect(() => forgetBounces(forbidden)).not.toThrow();
    expect(() => noteArrival(forbidden)).not.toThrow();
  });

  test('takes no harm from a note that somebody else wrote', () => {
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
