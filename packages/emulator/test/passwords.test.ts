import { expect, test } from 'vitest';
import { Passwords } from '../src/users/passwords.ts';

const passwords = await Passwords.create();

test('hashes each password with argon2id and a new salt', async () => {
  const [first, second] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(first).not.toBe(second);
  expect(await passwords.matches(first, 'correct horse')).toBe(true);
});

test.each([
  ['another password', 'correct horsf'],
  ['another case', 'Correct horse'],
  ['a prefix', 'correct'],
  ['nothing', ''],
])('refuses %s', async (_name, attempt) => {
  expect(await passwords.matches(await passwords.hash('correct horse'), attempt)).toBe(false);
});

test.each([null, undefined])('refuses every password if the hash is %s', async (hash) => {
  expect(await passwords.matches(hash, '')).toBe(false);
});
