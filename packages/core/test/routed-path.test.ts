import { expect, test } from 'vitest';
import { routedPath } from '../src/request/routed-path.ts';

test.each([
  ['the same path', '/health', '/health', '/health'],
  ['a path with a query', '/health?a=1', '/health?a=1', '/health'],
  ['another query, which no router uses', '/health?a=1', '/health?b=2', '/health'],
  ['a path that the router has decoded', '/docs/%C3%A6%20b', '/docs/æ b', '/docs/%C3%A6%20b'],
  ['escapes in lower case', '/docs/%c3%a6', '/docs/%C3%A6', '/docs/%c3%a6'],
  ['an ambiguous path, which core refuses', '/docs/%2e%2e/me', '/docs/%2e%2e/me', '/docs/%2e%2e/me'],
])('[21] returns the path as it was sent: %s', (_name, sent, routed, path) => {
  expect(routedPath(sent, routed)).toBe(path);
});

test.each([
  ['the path was rewritten', '/docs/old', '/me'],
  ['the path was rewritten to a public one', '/me', '/health'],
  ['a mount removed a prefix', '/api/health', '/health'],
  ['the case differs', '/Health', '/health'],
  ['a trailing slash was removed', '/health/', '/health'],
  ['the router resolved dot segments', '/me/../health', '/health'],
  ['the router decoded a dot segment', '/docs/%2e%2e/me', '/docs/../me'],
  ['the router decoded a needless escape', '/%68ealth', '/health'],
  ['the router decoded a question mark', '/health%3Fa', '/health?a'],
  ['the router decoded twice', '/docs/%2561', '/docs/a'],
  ['the escapes are malformed', '/docs/%zz', '/docs/%ZZ'],
  ['the target is absolute', 'http://evil.test/health', '/health'],
  ['the target is not a path', '*', '*'],
  ['nothing was sent', undefined, '/health'],
  ['the router has no path', '/health', undefined],
])('[21] does not know the path if %s', (_name, sent, routed) => {
  expect(routedPath(sent, routed)).toBeUndefined();
});
