import { isLoopback } from './loopback.ts';

export function problemOfIssuer(text: string): string | undefined {
  // Check this before any error whose message quotes the text.
  if (/(?:\b[sp]k|whsec)_|eyJ/.test(text)) return 'contains a key or a token';
  const url = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol === 'http:' && !isLoopback(url.hostname)))
    return 'must be an https:// URL (http:// only for loopback hosts)';
  const { hostname, pathname } = url;
  if (url.username !== '' || url.password !== '' || /[?#\s,;"'`\\]|\/\/$/.test(text) || hostname.endsWith('.'))
    return 'must be one URL without user name, query, spaces, quotes, commas or a final dot';
  if (/[^a-z0-9.:[\]_-]|^\.|\.\./.test(hostname))
    return 'has a host with a wildcard, a placeholder or an empty part. List each issuer';
  if (/[./](?:undefined|null)(?:[./:]|$)/.test(text)) return "contains 'undefined' or 'null': a variable was not set";
  if (/^api\.(?:torii\.so|toriiauth\.eu)$/.test(hostname) || /^\/api\/server\b/.test(pathname))
    return "is the URL of Torii's API. Your dashboard shows the issuer";
  if (/\/_torii\b|\/\.well-known\b|\.json$/.test(pathname))
    return 'is the URL of a document. Remove the path from /_torii or /.well-known on';
  // The `iss` claim of a token is compared as text: an issuer with an uppercase host, a default port or a space would never
  // match it.
  if (url.href !== text && url.href !== `${text}/`) return `is not in its normal form ${url.href.replace(/\/$/, '')}`;
  return undefined;
}
