import { docsUrlFor, isLoopback, loggable } from '@torii/core/internal';
import { describeDuration } from '../../output/durations.ts';
import type { Pasted } from '../../token-source.ts';
import type { Entry } from '../../troubleshooting/entry.ts';
import { otherRefusals } from '../../troubleshooting/other-refusals.ts';
import { plainText } from '../../troubleshooting/plain-text.ts';
import { tokenRefusals } from '../../troubleshooting/token-refusals.ts';
import { type Anatomy, firstUnreadable, maxCharacters } from './anatomy.ts';
import { isRequiredByOption } from './checks.ts';
import { adviseOnIssuer } from './issuer-advice.ts';
import type { Rules, TokenRefusal, Verdict } from './verdict.ts';

export interface Case {
  readonly token: Anatomy;
  readonly rules: Rules;
  readonly verdict: Verdict;
  readonly pasted: Pasted;
}

type Advise = (refusal: TokenRefusal, token: Anatomy, found: Case) => string;

/** Advice for each reason: first about this token, then the general remedies of the catalog. */
const advice = {
  token_missing: (_refusal, _token, { pasted }) =>
    `${describeMissing(pasted)} ${say('token_missing', 'unsent', 'removed')}`,
  scheme_unsupported: () => `The header does not use the Bearer scheme. ${say('scheme_unsupported', 'other')}`,
  header_malformed: () => `${say('header_malformed', 'twice', 'form')}`,
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
    say('token_revoked', 'ended'),
  audience_refused: adviseOnAudience,
  environment_refused: (_refusal, token, { rules }) =>
    `The token is from the environment ${loggable(claimsOf(token)['pid'])}, but you accept ${listOf(rules.environmentId)}. ` +
    `${say('environment_refused', 'other', 'setting')}${isLocal(rules) ? ` ${tell('environment_refused', 'emulator')}` : ''}`,
  key_unknown: (_refusal, token, { verdict }) => adviseOnKey(token, verdict),
  keys_unavailable: (_refusal, _token, { rules, verdict }) =>
    `The token could not be checked, because the issuer’s keys could not be fetched${because(verdict)}: ` +
    `${firstOf(rules.issuer)}/_torii/.well-known/jwks.json. ` +
    (verdict.keyAdvice ?? plainText(otherRefusals.keys_unavailable.causes.network.remedy)),
  signature_invalid: (_refusal, token) => adviseOnSignature(token),
} satisfies Record<TokenRefusal['reason'], Advise>;

export function adviseOn(refusal: TokenRefusal, found: Case): string {
  const advise: Advise = advice[refusal.reason];
  return `${advise(refusal, found.token, found)} See ${docsUrlFor(refusal.reason)}`;
}

type Causes<Reason extends keyof typeof tokenRefusals> = keyof (typeof tokenRefusals)[Reason]['causes'];

/** The catalog's remedies for these causes of a reason. */
function say<Reason extends keyof typeof tokenRefusals>(reason: Reason, ...causes: readonly Causes<Reason>[]): string {
  const { causes: all }: Entry = tokenRefusals[reason];
  return causes.map((cause) => plainText(all[String(cause)]?.remedy ?? '')).join(' ');
}

/** A cause of a reason, and its remedy, from the catalog. */
function tell<Reason extends keyof typeof tokenRefusals>(reason: Reason, cause: Causes<Reason>): string {
  const { causes }: Entry = tokenRefusals[reason];
  return `${plainText(causes[String(cause)]?.cause ?? '')} ${say(reason, cause)}`;
}

function claimsOf({ claims }: Anatomy): Readonly<Record<string, unknown>> {
  return claims.values ?? {};
}

function describeMissing(pasted: Pasted): string {
  if ('token' in pasted || pasted.headers.length > 0) return 'There is no token.';
  const found = pasted.misplaced === undefined ? '' : ` A token is in ${pasted.misplaced}.`;
  return `The command has no Authorization header.${found}`;
}

function adviseOnForm(token: Anatomy): string {
  if (token.length > maxCharacters) return `The token ${token.problem}. ${say('token_malformed', 'large')}`;
  if (token.problem?.startsWith('is the text'))
    return `The token ${token.problem}. ${say('token_malformed', 'absent')}`;
  if (token.problem !== undefined) return `The token ${token.problem}. ${say('token_malformed', 'cut')}`;
  const part = firstUnreadable(token);
  if (part !== undefined) return `The ${part.name} of the token ${part.problem}. ${say('token_malformed', 'cut')}`;
  const { crit, b64, kid } = token.header.values ?? {};
  if (crit !== undefined || b64 !== undefined) {
    return `The header requires an extension (crit, b64), which Torii’s tokens never do. ${say('token_malformed', 'maker')}`;
  }
  return kid === undefined
    ? `The header has no key id (kid), which Torii’s tokens always have. ${say('token_malformed', 'maker')}`
    : `The key id (kid) of the header is not text. ${say('token_malformed', 'maker')}`;
}

function adviseOnAlgorithm(
  { alg }: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): string {
  if (Array.isArray(claims['allowed_streams'])) {
    return tell('algorithm_refused', 'stream');
  }
  if (typeof alg === 'string' && /^none$/i.test(alg)) {
    return tell('algorithm_refused', 'none');
  }
  const signature = typeof alg === 'string' ? `is signed with ${loggable(alg)}` : 'does not say how it is signed (alg)';
  return `The token ${signature}, but Torii signs with ES256. ${say('algorithm_refused', 'maker')}`;
}

function adviseOnAudience({ detail: { claim, actual } }: TokenRefusal): string {
  if (claim !== 'aud') {
    return `The token has the claim ${loggable(claim)}, so it was made for another server. ${say('audience_refused', 'template')}`;
  }
  return (
    `The audience of the token is ${actual ?? 'not text'}. If that is your server: ${say('audience_refused', 'setting')} ` +
    `Here, use --audience. Otherwise: ${say('audience_refused', 'template')}`
  );
}

function adviseOnClaim(
  { reason, detail: { claim = '' } }: TokenRefusal,
  _token: Anatomy,
  { rules }: Pick<Case, 'rules'>,
): string {
  if (isRequiredByOption(reason, claim, rules)) {
    return `The token lacks the claim ${loggable(claim)}. ${say('claim_missing', 'required')}`;
  }
  if (claim === 'aud') {
    return reason === 'claim_missing'
      ? 'Torii’s tokens have no audience unless a token template adds one. Add it there, or leave out --audience.'
      : 'The claim aud must be text or a list of texts. Check the token template.';
  }
  const origin = say('claim_missing', 'maker');
  return reason === 'claim_missing'
    ? `The claim ${claim} is missing, but every token of Torii has it. ${origin}`
    : `The claim ${claim} is malformed. ${origin}`;
}

function adviseOnEnd(exp: unknown, { clockTolerance }: Rules, verdict: Verdict): string {
  const late = typeof exp === 'number' ? Date.now() / 1000 - exp : 0;
  return (
    `The token expired ${describeDuration(late)} ago, and the clock tolerance is ${clockTolerance} s. ` +
    `${say('token_expired', 'kept')} ${compareClocks(verdict)}`
  );
}

function adviseOnLife({ iat, exp }: Readonly<Record<string, unknown>>): string {
  const seconds = typeof iat === 'number' && typeof exp === 'number' ? `${Math.round(exp - iat)} s` : 'too long';
  return `The token lives for ${seconds}, longer than revocations are remembered. ${say('token_lifetime_refused', 'setting')}`;
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
  return `This machine’s clock is ${describeDuration(Math.abs(ahead))} ${direction} the issuer’s. ${say('token_expired', 'clock')}`;
}

function adviseOnKey(token: Anatomy, { kids }: Verdict): string {
  const kid = loggable(token.header.values?.['kid']);
  const published = kids === undefined || kids.length === 0 ? 'no key' : kids.map(loggable).join(', ');
  if (kids?.includes(String(token.header.values?.['kid']))) {
    return `The issuer publishes ${kid}, but it is not a valid key on the curve P-256. ${say('key_unknown', 'curve')}`;
  }
  return (
    `The token names the key ${kid}, but the issuer publishes ${published}: the keys were rotated after this one was ` +
    `issued, or the emulator was restarted. ${say('key_unknown', 'rotated')}`
  );
}

function adviseOnSignature({ signature: { bytes } }: Anatomy): string {
  const length = bytes?.length ?? 0;
  if (length !== 64) {
    const der = bytes?.[0] === 0x30 ? ' It looks like DER, which JWTs do not use.' : '';
    return `The signature has ${length} bytes, but ES256 signatures have 64 (RFC 7518, section 3.4).${der} ${say('signature_invalid', 'changed')}`;
  }
  return (
    'The signature does not match the key that the token names. The token was changed, or it comes from an emulator whose ' +
    `key had the same id. ${say('signature_invalid', 'emulator')}`
  );
}

function listOf(accepted: string | readonly string[] = []): string {
  return (typeof accepted === 'string' ? [accepted] : accepted).map(loggable).join(', ');
}

function isLocal({ issuer }: Rules): boolean {
  const first = firstOf(issuer);
  return URL.canParse(first) && isLoopback(new URL(first).hostname);
}

function because({ keyProblem }: Verdict): string {
  return keyProblem === undefined ? '' : ` (${keyProblem})`;
}

function firstOf(issuer: Rules['issuer']): string {
  return String(typeof issuer === 'string' ? issuer : issuer[0]).replace(/\/$/, '');
}
