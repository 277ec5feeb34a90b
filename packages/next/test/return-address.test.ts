import { expect, test, vi } from 'vitest';
import { withBasePath } from '../src/base-path.ts';
import { readReturnAddress, signInAddress } from '../src/return-address.ts';

const origins = ['https://app.test', 'http://localhost:3000'];

test.each([
  ['a path', '/notes', '/notes'],
  ['a path with a query and a fragment', '/notes?page=2&q=%2F%2Fx#top', '/notes?page=2&q=%2F%2Fx#top'],
  ['the root', '/', '/'],
  ['a path that names a host', '/http://evil.test', '/http://evil.test'],
  ['a path with dot segments', '/a/../b', '/b'],
  ['letters beyond ASCII', '/æble', '/%C3%A6ble'],
  ['a URL of a listed origin', 'https://app.test/notes', 'https://app.test/notes'],
  ['a URL of a listed origin in capitals', 'HTTPS://APP.test/notes', 'https://app.test/notes'],
  ['a URL of another listed origin', 'http://localhost:3000/', 'http://localhost:3000/'],
])('[20] accepts %s', (_name, value, address) => {
  expect(readReturnAddress(value, origins)).toBe(address);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['an empty string', ''],
  ['a number', 7],
  ['a list', ['/notes']],
  ['an object with `toString`', { toString: () => '/notes' }],
  ['another site', 'https://evil.test/'],
  ['another site without a scheme', '//evil.test'],
  ['another site behind three slashes', '///evil.test'],
  ['another site behind four slashes', '////evil.test'],
  ['a backslash', '\\evil.test'],
  ['two backslashes', '\\\\evil.test'],
  ['a slash and a backslash', '/\\evil.test'],
  ['a slash, a backslash and a slash', '/\\/evil.test'],
  ['a backslash and a slash', '\\/evil.test'],
  ['a tab between the slashes', '/\t/evil.test'],
  ['a line break between the slashes', '/\n/evil.test'],
  ['a carriage return between the slashes', '/\r/evil.test'],
  ['a null byte', '/\0/evil.test'],
  ['blanks in front', ' //evil.test'],
  ['a blank in front of a path', ' /notes'],
  ['a path that resolves to two slashes', '/.//evil.test'],
  ['a path with two dots that resolves to two slashes', '/a/..//evil.test'],
  ['a path with an encoded dot that resolves to two slashes', '/%2e//evil.test'],
  ['javascript:', 'javascript:alert(1)'],
  ['javascript: with a tab', 'java\tscript:alert(1)'],
  ['javascript: that looks like a listed origin', 'javascript://app.test/%0aalert(1)'],
  ['data:', 'data:text/html,x'],
  ['vbscript:', 'vbscript:x'],
  ['a blob: of a listed origin', 'blob:https://app.test/1'],
  ['a file', 'file:///etc/passwd'],
  ['ftp of a listed host', 'ftp://app.test/'],
  ['a relative path', 'notes'],
  ['a scheme without slashes', 'https:evil.test'],
  ['a scheme with one slash', 'https:/evil.test'],
  ['a scheme without slashes, of a listed host', 'https:app.test/x'],
  ['a user name', 'https://app.test@evil.test/'],
  ['a user name at a listed origin', 'https://evil@app.test/'],
  ['a password', 'https://a:b@app.test/'],
  ['another port', 'https://app.test:8443/'],
  ['another scheme', 'http://app.test/'],
  ['a longer host', 'https://app.test.evil.test/'],
  ['a subdomain', 'https://x.app.test/'],
  ['a host that ends like it', 'https://evilapp.test/'],
  ['a null origin', 'null'],
  ['a path that is too long', `/${'a'.repeat(2000)}`],
])('[20] refuses %s', (_name, value) => {
  expect(readReturnAddress(value, origins)).toBeUndefined();
});

test('refuses every URL if no origin is listed', () => {
  expect(readReturnAddress('https://app.test/notes')).toBeUndefined();
  expect(readReturnAddress('/notes')).toBe('/notes');
});

test.each([
  ['with a return address', '/notes?a=1&b=2', '/sign-in?return_to=%2Fnotes%3Fa%3D1%26b%3D2'],
  ['without an unsafe return address', '//evil.test', '/sign-in'],
  ['without a return address', undefined, '/sign-in'],
  ['without its own address', '/sign-in?return_to=/sign-in', '/sign-in'],
  ['without its own address with a slash', '/sign-in/?x=1', '/sign-in'],
  ['with the address of a page whose path begins like its own', '/sign-in-help', '/sign-in?return_to=%2Fsign-in-help'],
])('builds the address of the sign-in page %s', (_name, returnTo, address) => {
  expect(signInAddress('/sign-in', returnTo, origins)).toBe(address);
});

test('adds no return address to the sign-in page itself below a basePath', () => {
  vi.stubEnv('__NEXT_ROUTER_BASEPATH', '/shop');
  expect(signInAddress('/sign-in', '/shop/sign-in/?x=1')).toBe('/sign-in');
  expect(signInAddress('/sign-in', '/shop/notes')).toBe('/sign-in?return_to=%2Fshop%2Fnotes');
  expect(['/', '/notes?a=/', 'https://app.test/x', '//x'].map(withBasePath)).toEqual([
    '/shop',
    '/shop/notes?a=/',
    'https://app.test/x',
    '/shop//x',
  ]);
  vi.unstubAllEnvs();
});

test('adds no return address to the sign-in page itself, with or without a trailing slash', () => {
  expect(signInAddress('/sign-in/', '/sign-in')).toBe('/sign-in/');
  expect(signInAddress('/', '/')).toBe('/');
});
