import { loggable } from '@torii/core/adapter';
import { type Anatomy, firstUnreadable, mostCharacters } from './anatomy.ts';
import { describeDuration } from './claim-text.ts';
import { adviseOnIssuer } from './issuer-advice.ts';
import type { Rules, TokenRefusal, Verdict } from './verdict.ts';

/** What the verdict was about, and what else was found out. */
export interface Case {
  readonly token: Anatomy;
  readonly rules: Rules;
  readonly verdict: Verdict;
}

type Advise = (refusal: TokenRefusal, token: Anatomy, found: Case) => string;

const advice = {
  token_missing: () =>
    'Nothing was sent. Does the page add `Authorization: Bearer <token>` to its requests, and does a proxy pass it on?',
  scheme_unsupported: () => 'The header has another scheme. Send `Authorization: Bearer <token>`.',
  header_malformed: () =>
    'Send the header once, with `Bearer`, one space and one token: no quotes, no comma, no second token.',
  token_malformed: (_refusal, token) => adviseOnForm(token),
  algorithm_refused: (_refusal, token) => adviseOnAlgorithm(token.header.values ?? {}, claimsOf(token)),
  issuer_refused: (_refusal, token, { rules }) => adviseOnIssuer(claimsOf(token)['iss'], rules.issuer),
  claim_missing: adviseOnClaim,
  claim_malformed: adviseOnClaim,
  token_expired: (_refusal, token, { rules, verdict }) => adviseOnEnd(claimsOf(token)['exp'], rules, verdict),
  token_not_yet_valid: (refusal, token, { rules, verdict }) =>
    adviseOnBeginning(claimsOf(token), refusal, rules, verdict),
  audience_refused: (_refusal, token) =>
    `Its audience is ${loggable(claimsOf(token)['aud'])}. Accept that, or have the token template name yours.`,
  environment_refused: (_refusal, token) =>
    `It is of the environment ${loggable(claimsOf(token)['pid'])}: sandbox and production have one each. ` +
    'Sign in where this app belongs, or name that environment.',
  key_unknown: (_refusal, token, { verdict }) => adviseOnKey(token, verdict),
  keys_unavailable: (_refusal, _token, { rules, verdict }) =>
    `The token may be good: nobody can tell without the issuer’s keys${because(verdict)}. Is the issuer right, ` +
    `the network up, and ${firstOf(rules.issuer)}/_torii/.well-known/jwks.json there?`,
  signature_invalid: (_refusal, token) => adviseOnSignature(token),
} satisfies Record<TokenRefusal['reason'], Advise>;

/** What to do about a refusal: one or more whole sentences, without a line break. */
export function adviseOn(refusal: TokenRefusal, found: Case): string {
  const advise: Advise = advice[refusal.reason];
  return advise(refusal, found.token, found);
}

function claimsOf({ claims }: Anatomy): Readonly<Record<string, unknown>> {
  return claims.values ?? {};
}

function adviseOnForm(token: Anatomy): string {
  if (token.length > mostCharacters) return `It ${token.problem}: take claims out of the token template.`;
  if (token.problem !== undefined) return `It ${token.problem}. Copy it again, whole and alone.`;
  const part = firstUnreadable(token);
  if (part !== undefined) return `Its ${part.name} ${part.problem}. Copy it again, whole and alone.`;
  const { crit, b64, kid } = token.header.values ?? {};
  if (crit !== undefined || b64 !== undefined) {
    return 'Its header asks for an extension (crit, b64), which Torii’s tokens never do: who made it?';
  }
  return kid === undefined
    ? 'Its header names no key (kid), which Torii’s tokens always do: who made it?'
    : 'The kid of its header is no text: who made it?';
}

function adviseOnAlgorithm(
  { alg }: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): string {
  if (Array.isArray(claims['allowed_streams'])) {
    return 'It is a stream token, for Turbocable’s gateway alone. Send Torii’s access token to your API.';
  }
  const name = typeof alg === 'string' ? loggable(alg) : 'nothing';
  if (/^none$/i.test(name)) return 'It is signed with nothing: anybody can make one. Never accept it.';
  return (
    `It is signed with ${name}, and Torii signs with ES256: somebody else made it. Tokens of other makers are for ` +
    'createJwtVerifier of @torii/core/jwt.'
  );
}

function adviseOnClaim({ reason, detail: { claim = '' } }: TokenRefusal): string {
  if (claim === 'aud') {
    return reason === 'claim_missing'
      ? 'Torii’s tokens name no audience unless a token template adds one: add it there, or leave --audience out.'
      : 'Its aud is neither a text nor a list of texts. Look at the token template.';
  }
  const made =
    'Every token of Torii’s has it. Does a token template overwrite it, or did somebody else make the token?';
  return reason === 'claim_missing' ? `It has no ${claim}. ${made}` : `Its ${claim} is of the wrong kind. ${made}`;
}

function adviseOnEnd(exp: unknown, { clockTolerance }: Rules, verdict: Verdict): string {
  const late = typeof exp === 'number' ? Date.now() / 1000 - exp : 0;
  return (
    `It ended ${describeDuration(late)} ago, and ${clockTolerance} s are overlooked. Get a fresh one: tokens of Torii’s ` +
    `live for minutes, and the browser’s client renews them. ${compareClocks(verdict)}`
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
    `Its ${claim} is ${describeDuration(early)} from now, and ${clockTolerance} s are overlooked: a clock is wrong. ` +
    compareClocks(verdict)
  );
}

function compareClocks({ clockAheadSeconds: ahead }: Verdict): string {
  if (ahead === undefined) return 'The issuer could not be asked for its time: is this machine’s clock right?';
  if (Math.abs(ahead) < 5) return 'This machine’s clock and the issuer’s agree.';
  const direction = ahead > 0 ? 'behind' : 'ahead of';
  return `This machine’s clock is ${describeDuration(Math.abs(ahead))} ${direction} the issuer’s: set it right.`;
}

function adviseOnKey(token: Anatomy, { kids }: Verdict): string {
  const kid = loggable(token.header.values?.['kid']);
  const published = kids === undefined || kids.length === 0 ? 'no key' : kids.map(loggable).join(', ');
  if (kids?.includes(String(token.header.values?.['kid']))) {
    return `The issuer publishes ${kid}, but not as a point of the curve P-256. That is for the issuer to mend.`;
  }
  return (
    `It names the key ${kid}, and the issuer publishes ${published}. Get a fresh token: this one is older than a ` +
    'rotation of keys, or of an emulator that was started anew since.'
  );
}

function adviseOnSignature({ signature: { bytes } }: Anatomy): string {
  const length = bytes?.length ?? 0;
  if (length !== 64) {
    const der = bytes?.[0] === 0x30 ? ' It looks like DER, which a JWT does not have.' : '';
    return `Its signature has ${length} bytes, and one of ES256 has 64 (RFC 7518, section 3.4).${der} Copy the token again.`;
  }
  return (
    'The key that it names did not sign it. It was altered on its way, or it is of an emulator that had a key of the same ' +
    'name. Get a fresh one.'
  );
}

function because({ keyProblem }: Verdict): string {
  return keyProblem === undefined ? '' : ` (${keyProblem})`;
}

function firstOf(issuer: Rules['issuer']): string {
  return String(typeof issuer === 'string' ? issuer : issuer[0]).replace(/\/$/, '');
}
