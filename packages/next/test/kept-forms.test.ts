import { beforeEach, describe, expect, test } from 'vitest';
import {
  forgetForms,
  forgetFormsOfOthers,
  keepForm,
  noteFormsRefused,
  takeForm,
} from '../src/browser/forms/kept-forms.ts';
import type { TabStorage } from '../src/browser/tab/bounce.ts';

const now = 1_700_000_000_000;
const hourMs = 3_600_000;
const ada = { form: '/notes ', userId: 'ada' };
const fields = [{ name: 'note', index: 0, value: 'A long text' }];
const refused = { nowMs: now, refused: true };

let stored: Map<string, string>;
let tab: () => TabStorage;
beforeEach(() => {
  stored = new Map();
  tab = () => ({
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => void stored.set(key, value),
    removeItem: (key) => void stored.delete(key),
  });
});

describe('a text', () => {
  test('is restored once, after its action was refused', () => {
    keepForm(tab, ada, fields, refused);
    expect(takeForm(tab, ada, now)).toEqual(fields);
    expect(takeForm(tab, ada, now)).toEqual([]);
    expect(stored.size).toBe(0);
  });

  test('is restored if the sign-in page was shown right after the page was left', () => {
    keepForm(tab, ada, fields, { nowMs: now });
    noteFormsRefused(tab, now + 59_000);
    expect(takeForm(tab, ada, now + 60_000)).toEqual(fields);
  });

  test('is not restored if the user left the page for another reason', () => {
    keepForm(tab, ada, fields, { nowMs: now });
    noteFormsRefused(tab, now + 60_000);
    expect(takeForm(tab, ada, now + 60_000)).toEqual([]);
    expect(stored.size).toBe(0);
  });

  test.each([
    ['another user', { form: '/notes ', userId: 'bob' }],
    ['another page', { form: '/orders ', userId: 'ada' }],
    ['another form of the page', { form: '/notes second', userId: 'ada' }],
    ['a user whose id begins alike', { form: '/notes ', userId: 'adalbert' }],
  ])('is not restored for %s', (_name, identity) => {
    keepForm(tab, ada, fields, refused);
    expect(takeForm(tab, identity, now)).toEqual([]);
  });

  test('is deleted as soon as another user is known', () => {
    keepForm(tab, ada, fields, refused);
    takeForm(tab, { form: '/orders ', userId: 'bob' }, now);
    expect(stored.size).toBe(0);
    keepForm(tab, ada, fields, refused);
    forgetFormsOfOthers(tab, 'ada');
    expect(stored.size).toBe(1);
    forgetFormsOfOthers(tab, 'bob');
    expect(stored.size).toBe(0);
  });

  test('is deleted by a sign-out', () => {
    keepForm(tab, ada, fields, refused);
    forgetForms(tab);
    expect(stored.size).toBe(0);
  });

  test.each([
    ['an hour later', hourMs],
    ['if the clock was set back by an hour', -hourMs],
  ])('is not restored %s', (_name, laterMs) => {
    keepForm(tab, ada, fields, refused);
    expect(takeForm(tab, ada, now + laterMs)).toEqual([]);
    expect(stored.size).toBe(0);
  });

  test('is replaced by a newer one, and by nothing if the fields were emptied', () => {
    keepForm(tab, ada, fields, refused);
    keepForm(tab, ada, [], { nowMs: now });
    expect(stored.size).toBe(0);
  });

  test('is not kept if it is too long, and neither is what was kept before', () => {
    keepForm(tab, ada, fields, refused);
    keepForm(tab, ada, [{ name: 'note', index: 0, value: 'x'.repeat(100_001) }], refused);
    expect(stored.size).toBe(0);
  });

  test('is kept for few forms only', () => {
    for (let count = 0; count < 100; count++) keepForm(tab, { ...ada, form: `/${count} ` }, fields, refused);
    expect(stored.get('torii.forms')?.match(/A long text/g)).toHaveLength(10);
    expect(takeForm(tab, { ...ada, form: '/99 ' }, now)).toEqual(fields);
  });
});

test('storage that does not work, and invalid entries, keep and restore nothing', () => {
  const forbidden = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  };
  expect(() => keepForm(forbidden, ada, fields, refused)).not.toThrow();
  expect(takeForm(forbidden, ada, now)).toEqual([]);
  for (const text of ['', 'nonsense', '{}', 'null', '[1,null,{}]', '[{"form":"/notes ","userId":"ada"}]']) {
    stored.set('torii.forms', text);
    expect(takeForm(tab, ada, now)).toEqual([]);
    expect(() => noteFormsRefused(tab, now)).not.toThrow();
  }
});
