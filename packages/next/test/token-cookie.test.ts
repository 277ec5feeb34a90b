import { ToriiRequestError } from '@torii/core';
import { describe, expect, test } from 'vitest';
import { chooseTokenCookie, clearTokenCookie, writeTokenCookie } from '../src/server/token-cookie.ts';

const secure = { name: '__Host-torii_token', secure: true };
const plain = { name: 'torii_token', secure: false };

describe('the name and `Secure`', () => {
  test.each([
    ['over https', ['https://app.test'], false, secure],
    ['over https in production', ['https://app.test'], true, secure],
    ['on loopback in production', ['http://localhost:3000'], true, secure],
    ['over http in development', ['http://localhost:3000'], false, plain],
    ['with one http origin among several, in development', ['https://app.test', 'http://localhost:3000'], false, plain],
  ])('%s', (_name, origins, production, cookie) => {
    expect(chooseTokenCookie(origins, production)).toEqual(cookie);
  });
});

test('sets HttpOnly, SameSite and the lifetime of the token', () => {
  expect(writeTokenCookie(secure, 'a.b.c', 300)).toBe(
    '__Host-torii_token=a.b.c; Max-Age=300; Path=/; HttpOnly; SameSite=Lax; Secure',
  );
  expect(writeTokenCookie(plain, 'a.b.c', 300)).toBe('torii_token=a.b.c; Max-Age=300; Path=/; HttpOnly; SameSite=Lax');
});

test('clears the cookie with the attributes that it was set with', () => {
  expect(clearTokenCookie(secure)).toBe('__Host-torii_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure');
});

test('accepts at most what browsers store, name and attributes included', () => {
  const rest = writeTokenCookie(secure, '', 300).length;
  const largest = 'a'.repeat(4096 - rest);
  expect(writeTokenCookie(secure, largest, 300)).toHaveLength(4096);
  const tooLarge = () => writeTokenCookie(secure, `${largest}a`, 300);
  expect(tooLarge).toThrow(ToriiRequestError);
  expect(tooLarge).toThrow('4097');
});
