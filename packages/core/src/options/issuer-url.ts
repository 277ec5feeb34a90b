import { isLoopback } from './loopback.ts';

/** What is wrong with the URL of an issuer, as the rest of a sentence; undefined where nothing is. */
export function problemOfIssuer(text: string): string | undefined {
  if (!URL.canParse(text) || !/^https?:\/\//.test(text)) return 'is not a URL that begins with https://';
  const url = new URL(text);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return 'must begin with https://, except on loopback';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  if (/[?#]/.test(text)) return 'must not have a query or a fragment';
  if (text.endsWith('//')) return 'ends in more than one slash';
  if (text.endsWith('/jwks.json')) return 'is the URL of the key set; leave out the path from /_torii on';
  // Capitals in the host, a default port, blanks: no token would ever match, and each would be refused at run time.
  if (url.href !== text && url.href !== `${text}/`) return `is not in its usual form, ${url.href.replace(/\/$/, '')}`;
  return undefined;
}
