import { loggable } from '@torii/core/adapter';
import type { Rules } from './verdict.ts';

/** What to do where the token's issuer is none of the accepted: how the nearest of them differs. */
export function adviseOnIssuer(claimed: unknown, accepted: Rules['issuer']): string {
  const issuers = typeof accepted === 'string' ? [accepted] : accepted;
  const text = String(claimed);
  const [nearest] = issuers.map((each) => differenceOf(text, each)).filter((each) => each !== undefined);
  const listed = issuers.map(loggable).join(', ');
  if (nearest !== undefined) return `The token says ${loggable(text)}, you accept ${listed}: ${nearest}`;
  return (
    `The token says ${loggable(text)}, you accept ${listed}. Either it is of another app or environment, or the issuer is ` +
    'set wrong: TORII_ISSUER is the URL that the dashboard shows.'
  );
}

/** How two issuers differ that were perhaps meant to be the same. */
function differenceOf(claimed: string, accepted: string): string | undefined {
  const [one, other] = [claimed.replace(/\/+$/, ''), accepted.replace(/\/+$/, '')];
  if (one === other)
    return 'they differ in the slashes at the end, of which one is overlooked. Write it as the token does.';
  if (one.toLowerCase() === other.toLowerCase())
    return 'they differ in capitals, and an issuer is compared letter by letter.';
  if (withoutScheme(one) === withoutScheme(other)) return 'they differ in http and https. Write it as the token does.';
  if (one.trim() === other.trim()) return 'they differ in white space.';
  if (!URL.canParse(one) || !URL.canParse(other)) return undefined;
  const [from, to] = [new URL(one), new URL(other)];
  if (from.hostname !== to.hostname) {
    return withoutWww(from.hostname) === withoutWww(to.hostname) ? 'they differ in www.' : undefined;
  }
  if (from.port !== to.port) return 'they differ in the port. An emulator that takes a free one has another each time.';
  return from.pathname === to.pathname ? undefined : 'they differ in the path. The issuer ends before /_torii.';
}

function withoutScheme(url: string): string {
  return url.replace(/^https?:/, '');
}

function withoutWww(host: string): string {
  return host.replace(/^www\./, '');
}
