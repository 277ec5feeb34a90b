import { isLoopback } from './loopback.ts';

export function problemOfIssuer(text: string): string | undefined {
  if (!URL.canParse(text) || !/^https?:\/\//.test(text)) return 'is not a URL that begins with https://';
  const url = new URL(text);
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return 'must begin with https://. Only loopback hosts may use http://';
  if (url.username !== '' || url.password !== '' || /[?#]|\/\/$/.test(text))
    return 'must not have a user name, a password, a query, a fragment or two slashes at its end';
  if (text.endsWith('/jwks.json')) return 'is the URL of the key set. Remove the path from /_torii on';
  // The `iss` claim of a token is compared as text: an issuer with an uppercase host, a default port or a space would never
  // match it.
  if (url.href !== text && url.href !== `${text}/`) return `is not in its normal form ${url.href.replace(/\/$/, '')}`;
  return undefined;
}
