import { isLoopback, loggable } from '@torii/core/internal';
import { tokenRefusals } from '../../troubleshooting/token-refusals.ts';
import type { Rules } from './verdict.ts';

const { setting, loopback } = tokenRefusals.issuer_refused.causes;

export function adviseOnIssuer(claimed: unknown, accepted: Rules['issuer']): string {
  const issuers = typeof accepted === 'string' ? [accepted] : accepted;
  const text = String(claimed);
  const [nearest] = issuers.map((each) => differenceOf(text, each)).filter((each) => each !== undefined);
  const listed = issuers.map(loggable).join(', ');
  if (nearest !== undefined)
    return `The issuer of the token is ${loggable(text)}, but you accept ${listed}. ${nearest}`;
  return (
    `The issuer of the token is ${loggable(text)}, but you accept ${listed}. Either the token is from another app or ` +
    `environment, or the issuer is configured wrong. ${setting.remedy}`
  );
}

function differenceOf(claimed: string, accepted: string): string | undefined {
  const [one, other] = [claimed.replace(/\/+$/, ''), accepted.replace(/\/+$/, '')];
  if (one === other)
    return 'They differ in the slashes at the end. Only one slash is ignored. Write the issuer as in the token.';
  if (one.toLowerCase() === other.toLowerCase())
    return 'They differ in capital letters, which matter in an issuer. Write the issuer as in the token.';
  if (withoutScheme(one) === withoutScheme(other)) {
    return 'They differ in http and https. Write the issuer as in the token.';
  }
  if (one.trim() === other.trim()) return 'They differ in white space. Remove it.';
  if (!URL.canParse(one) || !URL.canParse(other)) return undefined;
  const [from, to] = [new URL(one), new URL(other)];
  if (from.hostname !== to.hostname) {
    if (isLoopback(from.hostname) && isLoopback(to.hostname))
      return `They differ in the host. ${loopback.cause} ${loopback.remedy}`;
    return withoutWww(from.hostname) === withoutWww(to.hostname)
      ? 'They differ in www. Write the issuer as in the token.'
      : undefined;
  }
  if (from.port !== to.port) {
    return 'They differ in the port. An emulator without a fixed port uses a different one after each start.';
  }
  return from.pathname === to.pathname ? undefined : 'They differ in the path. An issuer does not include /_torii.';
}

function withoutScheme(url: string): string {
  return url.replace(/^https?:/, '');
}

function withoutWww(host: string): string {
  return host.replace(/^www\./, '');
}
