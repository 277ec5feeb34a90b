import { isLoopback } from './loopback.ts';

export function problemOfIssuer(text: string): string | undefined {
  // Before any message that quotes the text.
  if (/(?:\b[sp]k|whsec)_|eyJ/.test(text))
    return 'is a key or a token, or contains one, instead of the URL of your issuer';
  if (!URL.canParse(text) || !/^https?:\/\//.test(text)) return 'is not a URL that begins with https://';
  const url = new URL(text);
  const { hostname, pathname } = url;
  if (url.protocol === 'http:' && !isLoopback(hostname))
    return 'must begin with https://. Only loopback hosts may use http://';
  if (url.username !== '' || url.password !== '' || /[?#]|\/\/$/.test(text))
    return 'must not have a user name, a password, a query, a fragment or two slashes at its end';
  if (/[\s,;"'`\\]/.test(text))
    return 'contains a space, a comma, a semicolon, a quote or a backslash. Write several issuers as a list';
  if (/[^a-z0-9.:[\]_-]|^\.|\.\./.test(hostname))
    return 'has a host with a wildcard, a placeholder or an empty part. Write several issuers as a list';
  if (hostname.endsWith('.')) return 'has a host that ends with a dot';
  if (/[./](?:undefined|null)(?:[./:]|$)/.test(text))
    return "contains 'undefined' or 'null': a variable was not set when the URL was put together";
  if (/^api\.(?:torii\.so|toriiauth\.eu)$/.test(hostname) || /^\/api\/server\b/.test(pathname))
    return "is the URL of Torii's API. The issuer is another URL, which your dashboard shows";
  if (/\/_torii\b|\/\.well-known\b|\.json$/.test(pathname))
    return 'has the path of a document of the issuer. Remove the path from /_torii or /.well-known on';
  // The `iss` claim of a token is compared as text: an issuer with an uppercase host, a default port or a space would never
  // match it.
  if (url.href !== text && url.href !== `${text}/`) return `is not in its normal form ${url.href.replace(/\/$/, '')}`;
  return undefined;
}
