import { loggable } from '@torii/core/internal';
import { describeDuration } from '../../output/durations.ts';
import { type Anatomy, firstUnreadable, maxCharacters } from './anatomy.ts';
import { isRequiredByOption } from './checks.ts';
import { adviseOnIssuer } from './issuer-advice.ts';
import type { Rules, TokenRefusal, Verdict } from './verdict.ts';

export interface Case {
  readonly token: Anatomy;
  readonly rules: Rules;
  readonly verdict: Verdict;
}

type Advise = (refusal: TokenRefusal, token: Anatomy, found: Case) => string;

const advice = {
  token_missing: () =>
    'There is no token. Check that the client sends `Authorization: Bearer <token>`, and that no proxy removes the header.',
  scheme_unsupported: () => 'The header does not use the Bearer scheme. Send `Authorization: Bearer <token>`.',
  header_malformed: () =>
    'Send the header once, with `Bearer`, one space and one token. Quotes, commas and a second token are not allowed.',
  token_malformed: (_refusal, token) => adviseOnForm(token),
  algorithm_refused: (_refusal, token) => adviseOnAlgorithm(token.header.values ?? {}, claimsOf(token)),
  issuer_refused: (_refusal, token, { rules }) => adviseOnIssuer(claimsOf(token)['iss'], rules.issuer),
  claim_missing: adviseOnClaim,
  claim_malformed: adviseOnClaim,
  token_expired: (_refusal, token, { rules, verdict }) => adviseOnEnd(claimsOf(token)['exp'], rules, verdict),
  token_not_yet_valid: (refusal, token, { rules, verdict }) =>
    adviseOnBeginning(claimsOf(token), refusal, rules, verdict),
  token_lifetime_refused: (_refusal, token) => adviseOnLife(claimsOf(token)),
  token_revoked: () =>
    'The user, organization, actor or environment of the token was revoked, or this token alone: see torii revocations list. ' +
    'Get a new token. If Torii issues none, the user is banned or signed out.',
  audience_refused: adviseOnAudience,
  environment_refused: (_refusal, token) =>
    `The token is from the environment ${loggable(claimsOf(token)['pid'])}. Sandbox and production are separate environments. ` +
    'Sign in to the environment that this app uses, or accept the environment of the token.',
  key_unknown: (_refusal, token, { verdict }) => adviseOnKey(token, verdict),
  keys_unavailable: (_refusal, _token, { rules, verdict }) =>
    `The token could not be checked, because the issuer’s keys could not be fetched${because(verdict)}. Check the issuer, ` +
    `the network and ${firstOf(rules.issuer)}/_torii/.well-known/jwks.json.`,
  signature_invalid: (_refusal, token) => adviseOnSignature(token),
} satisfies Record<TokenRefusal['reason'], Advise>;

export function adviseOn(refusal: TokenRefusal, found: Case): string {
  const advise: Advise = advice[refusal.reason];
  return advise(refusal, found.token, found);
}

function claimsOf({ claims }: Anatomy): Readonly<Record<string, unknown>> {
  return claims.values ?? {};
}

function adviseOnForm(token: Anatomy): string {
  if (token.length > maxCharacters) return `The token ${token.problem}. Remove claims from the token template.`;
  if (token.problem !== undefined) return `The token ${token.problem}. ${copyAgain}`;
  const part = firstUnreadable(token);
  if (part !== undefined) return `The ${part.name} of the token ${part.problem}. ${copyAgain}`;
  const { crit, b64, kid } = token.header.values ?? {};
  if (crit !== undefined || b64 !== undefined) {
    return `The header requires an extension (crit, b64), which Torii’s tokens never do. ${checkIssuerOfToken}`;
  }
  return kid === undefined
    ? `The header has no key id (kid), which Torii’s tokens always have. ${checkIssuerOfToken}`
    : `The key id (kid) of the header is not text. ${checkIssuerOfToken}`;
}

const copyAgain = 'Copy the whole token again, and nothing else.';
const checkIssuerOfToken = 'Check who issued the token.';

function adviseOnAlgorithm(
  { alg }: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): string {
  if (Array.isArray(claims['allowed_streams'])) {
    return 'This is a stream token, which only Turbocable’s gateway accepts. Send Torii’s access token to your API.';
  }
  if (typeof alg === 'string' && /^none$/i.test(alg)) {
    return 'The token is not signed, so anyone can create one like it. Never accept it.';
  }
  const signature = typeof alg === 'string' ? `is signed with ${loggable(alg)}` : 'does not say how it is signed (alg)';
  return (
    `The token ${signature}. Torii signs with ES256, so the token is from another issuer. To verify tokens of other ` +
    'issuers, use createJwtVerifier of @torii/core/jwt.'
  );
}

function adviseOnAudience({ detail: { claim, actual } }: TokenRefusal): string {
  if (claim !== 'aud') {
    return `The token has the claim ${loggable(claim)}, so it was made for another server. Send the token of the session.`;
  }
  return (
    `The audience of the token is ${actual ?? 'not text'}. If that is your server, accept this audience (--audience, and the ` +
    'option `audience` of your verifier). Otherwise send the token of the session, not one of a template.'
  );
}

function adviseOnClaim(
  { reason, detail: { claim = '' } }: TokenRefusal,
  _token: Anatomy,
  { rules }: Pick<Case, 'rules'>,
): string {
  if (isRequiredByOption(reason, claim, rules)) {
    return `The token lacks the claim ${loggable(claim)}. Send the token of the session, or add the claim to it in the token template.`;
  }
  if (claim === 'aud') {
    return reason === 'claim_missing'
      ? 'Torii’s tokens have no audience unless a token template adds one. Add it there, or leave out --audience.'
      : 'The claim aud must be text or a list of texts. Check the token template.';
  }
  const origin = 'Check whether a token template overwrites it, or whether the token is from another issuer.';
  return reason === 'claim_missing'
    ? `The claim ${claim} is missing, but every token of Torii has it. ${origin}`
    : `The claim ${claim} is malformed. ${origin}`;
}

function adviseOnEnd(exp: unknown, { clockTolerance }: Rules, verdict: Verdict): string {
  const late = typeof exp === 'number' ? Date.now() / 1000 - exp : 0;
  return (
    `The token expired ${describeDuration(late)} ago, and the clock tolerance is ${clockTolerance} s. Get a new token: ` +
    `Torii’s tokens are valid for minutes, and the browser client renews them. ${compareClocks(verdict)}`
  );
}

function adviseOnLife({ iat, exp }: Readonly<Record<string, unknown>>): string {
  const seconds = typeof iat === 'number' && typeof exp === 'number' ? `${Math.round(exp - iat)} s` : 'too long';
  return (
    `The token lives for ${seconds}, longer than revocations are remembered. If that is right, raise maxTokenSeconds on all ` +
    'servers, and TORII_MAX_TOKEN_SECONDS.'
  );
}

function adviseOnBeginning(
  claims: Readonly<Record<string, unknown>>,
  { detail: { claim = 'iat' } }: TokenRefusal,
  { clockTolerance }: Rules,
  verdict: Verdict,
): string {
  const time = claims[claim];
  const early = typeof time === 'number' ? time - Date.now() / 1000 : 0;
  return (
    `The time in ${claim} is ${describeDuration(early)} in the future, and the clock tolerance is ${clockTolerance} s. A clock is wrong. ` +
    compareClocks(verdict)
  );
}

function compareClocks({ clockAheadSeconds: ahead }: Verdict): string {
  if (ahead === undefined) return 'The issuer’s time is not known. Check the clock of this machine.';
  if (Math.abs(ahead) < 5) return 'This machine’s clock and the issuer’s agree.';
  const direction = ahead > 0 ? 'behind' : 'ahead of';
  return `This machine’s clock is ${describeDuration(Math.abs(ahead))} ${direction} the issuer’s. Correct it.`;
}

function adviseOnKey(token: Anatomy, { kids }: Verdict): string {
  const kid = loggable(token.header.values?.['kid']);
  const published = kids === undefined || kids.length === 0 ? 'no key' : kids.map(loggable).join(', ');
  if (kids?.includes(String(token.header.values?.['kid']))) {
    return `The issuer publishes ${kid}, but it is not a valid key on the curve P-256. The issuer must fix its key set.`;
  }
  return (
    `The token names the key ${kid}, but the issuer publishes ${published}. Get a new token: the keys were rotated after ` +
    'this one was issued, or the emulator was restarted.'
  );
}

function adviseOnSignature({ signature: { bytes } }: Anatomy): string {
  const length = bytes?.length ?? 0;
  if (length !== 64) {
    const der = bytes?.[0] === 0x30 ? ' It looks like DER, which JWTs do not use.' : '';
    return `The signature has ${length} bytes, but ES256 signatures have 64 (RFC 7518, section 3.4).${der} Copy the token again.`;
  }
  return (
    'The signature does not match the key that the token names. The token was changed, or it comes from an emulator whose ' +
    'key had the same id. Get a new token.'
  );
}

function because({ keyProblem }: Verdict): string {
  return keyProblem === undefined ? '' : ` (${keyProblem})`;
}

function firstOf(issuer: Rules['issuer']): string {
  return String(typeof issuer === 'string' ? issuer : issuer[0]).replace(/\/$/, '');
}
