import { createHash } from 'node:crypto';
import type { Issuer, Session } from './issuer.ts';
import { sessionName } from './issuer.ts';
import type { OwnToken } from './plan.ts';
import type { Token } from './tokens.ts';
import { shapeOf, type VisitKind } from './visit-kinds.ts';

export const tokenName = '__Host-torii_token';
export const markName = `__Host-torii_issuer.${sessionName}`;

export function sealOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

/** A user's browser: its cookies of the app. */
export interface Browser {
  readonly number: number;
  session: Session;
  /** The session cookie that it has; `undefined` after a sign-out. */
  value: string | undefined;
  token: { readonly text: string; readonly untilMs: number } | undefined;
}

/** The token cookie of a request: a token, a text that is none, or `null`. */
export function ownTokenOf(
  issuer: Issuer,
  { session, token }: Browser,
  own: OwnToken,
  nowMs: number,
): Token | string | null {
  switch (own) {
    case 'kept':
      if (token === undefined || token.untilMs <= nowMs) return null;
      return issuer.tokens.find(token.text) ?? token.text;
    case 'none':
      return null;
    case 'expired':
      return issuer.mint(session, {}, { ageS: 400, lifetimeS: 300 });
    case 'ending':
      return issuer.mint(session, {}, { ageS: 285, lifetimeS: 300 });
    case 'fresh':
      return issuer.mint(session);
    case 'of another user':
      return issuer.mint(session, { user: 'user_y' }, { ageS: 400, lifetimeS: 300 });
    case 'of another organization':
      return issuer.mint(session, { organization: 'org_y' }, { ageS: 400, lifetimeS: 300 });
    case 'of an impersonator':
      return issuer.mint(session, { actor: 'admin_y' }, { ageS: 400, lifetimeS: 300 });
    case 'forged':
      return issuer.forge(session, 300);
    case 'forged, ending':
      return issuer.forge(session, 15);
    case 'garbage':
      return 'garbage';
  }
}

/** The Cookie header of a request. */
export function cookieHeader(value: string | undefined, own: Token | string | null, kind: VisitKind): string {
  const cookies = ['language=en'];
  const { cookies: more } = shapeOf(kind);
  if (value !== undefined) {
    // The mark that remains from a session whose cookie was replaced by a sibling subdomain.
    const mark = more === 'a planted session' ? sealOf('another') : sealOf(value);
    cookies.push(`${sessionName}=${value}`, `${markName}=${mark}`);
    if (more === 'two sessions') cookies.push(`${sessionName}=planted`);
    if (more === 'two marks') cookies.push(`${markName}=${sealOf('planted')}`);
  }
  if (own !== null) cookies.push(`${tokenName}=${typeof own === 'string' ? own : own.text}`);
  if (more === 'two tokens') cookies.push(`${tokenName}=planted`);
  return cookies.join('; ');
}

/** Stores the cookies of a response that the browser sends to all paths. */
export function storeCookies(browser: Browser, lines: readonly string[], nowMs: number): void {
  for (const line of lines) {
    const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split('=');
    if (!/; Path=\/(?:;|$)/.test(line)) continue;
    const seconds = Number(/; Max-Age=(-?\d+)/i.exec(line)?.[1] ?? 1_000_000);
    const isDropped = seconds <= 0;
    if (name === tokenName) browser.token = isDropped ? undefined : { text: value, untilMs: nowMs + seconds * 1000 };
    if (name === sessionName) browser.value = isDropped ? undefined : value;
  }
}
