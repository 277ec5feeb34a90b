import { loggable } from '@torii/core/internal';
import type { Anatomy } from './anatomy.ts';
import { describeMoment, shownValue } from './claim-text.ts';
import type { Rules, TokenRefusal, Verdict } from './verdict.ts';

export interface CheckLine {
  readonly check: string;
  readonly result: 'passed' | 'refused' | 'not asked' | 'not reached';
  readonly found: string;
}

type Find = (token: Anatomy, rules: Rules) => string | undefined;

/** The checks in the order of core's verifier (`authenticate.ts` and `token/` in @torii/core). */
const checks = {
  header: () => 'one token',
  form: ({ length }) => `three parts, ${length} characters`,
  algorithm: ({ header }) => shownValue(header.values?.['alg']),
  'key id': ({ header }) => shownValue(header.values?.['kid']),
  issuer: ({ claims }) => shownValue(claims.values?.['iss']),
  claims: ({ claims }) => `sub ${shownValue(claims.values?.['sub'])}, pid ${shownValue(claims.values?.['pid'])}`,
  times: ({ claims }) =>
    `expires ${describeMoment(claims.values?.['exp'], Date.now() / 1000) ?? 'in the distant future'}`,
  audience: ({ claims }, { audience }) => (audience === undefined ? 'none' : shownValue(claims.values?.['aud'])),
  'other claims': (_token, { requireClaims = [], refuseClaims = [] }) => {
    const texts = [...requireClaims, ...refuseClaims.map((name) => `no ${name}`)];
    return texts.length === 0 ? undefined : texts.map(loggable).join(', ');
  },
  environment: ({ claims }, { environmentId }) =>
    environmentId === undefined ? undefined : shownValue(claims.values?.['pid']),
  'signature’s form': () => '64 bytes',
  key: ({ header }) => `the issuer publishes ${shownValue(header.values?.['kid'])}`,
  signature: () => 'matches this key',
  people: () => 'user, actor and organization are valid',
  revocation: (_token, { revocations }) => (revocations === undefined ? undefined : 'not revoked'),
} satisfies Record<string, Find>;

type CheckName = keyof typeof checks;

type FindCheck = (refusal: TokenRefusal, token: Anatomy, rules: Rules) => CheckName;

const optionsFor: ReadonlyMap<string, string> = new Map([
  ['other claims', '--require-claim or --refuse-claim'],
  ['environment', '--environment'],
  ['revocation', 'TORII_REVOCATIONS_STORE'],
]);

const checkByReason = {
  token_missing: () => 'header',
  scheme_unsupported: () => 'header',
  header_malformed: () => 'header',
  token_malformed: (_refusal, token) => (isReadable(token) ? 'key id' : 'form'),
  algorithm_refused: () => 'algorithm',
  issuer_refused: () => 'issuer',
  claim_missing: checkOfClaim,
  claim_malformed: checkOfClaim,
  token_expired: () => 'times',
  token_not_yet_valid: () => 'times',
  token_lifetime_refused: () => 'times',
  token_revoked: () => 'revocation',
  audience_refused: ({ detail: { claim } }) => (claim === 'aud' ? 'audience' : 'other claims'),
  environment_refused: () => 'environment',
  key_unknown: () => 'key',
  keys_unavailable: () => 'key',
  signature_invalid: (_refusal, token) => (isSignatureShaped(token) ? 'signature' : 'signature’s form'),
} satisfies Record<TokenRefusal['reason'], FindCheck>;

const checkByClaim: ReadonlyMap<string | undefined, CheckName> = new Map([
  ['iss', 'issuer'],
  ['sub', 'claims'],
  ['pid', 'claims'],
  ['iat', 'claims'],
  ['exp', 'claims'],
  ['nbf', 'times'],
  ['aud', 'audience'],
]);

function checkThatRefused(refusal: TokenRefusal, token: Anatomy, rules: Rules): CheckName {
  const find: FindCheck = checkByReason[refusal.reason];
  return find(refusal, token, rules);
}

function checkOfClaim({ reason, detail: { claim = '' } }: TokenRefusal, _token: Anatomy, rules: Rules): CheckName {
  if (isRequiredByOption(reason, claim, rules)) return 'other claims';
  return checkByClaim.get(claim) ?? 'people';
}

/** Whether the token lacks a claim that only `--require-claim` makes necessary. */
export function isRequiredByOption(reason: string, claim: string, { requireClaims = [] }: Rules): boolean {
  const isAlwaysRequired = ['iss', 'sub', 'pid', 'iat', 'exp'].includes(claim);
  return reason === 'claim_missing' && requireClaims.includes(claim) && !isAlwaysRequired;
}

export function listChecks(token: Anatomy, rules: Rules, { refusal }: Verdict): readonly CheckLine[] {
  const list: readonly (readonly [string, Find])[] = Object.entries(checks);
  const refusedBy = refusal === undefined ? undefined : checkThatRefused(refusal, token, rules);
  const end = refusedBy === undefined ? list.length : list.findIndex(([name]) => name === refusedBy);
  return list.map(([name, found], index) => {
    if (refusal !== undefined && index === end) return { check: name, result: 'refused', found: refusal.message };
    // The verifier stopped before this check, so do not show the token's claims: they are not validated.
    if (index > end) return { check: name, result: 'not reached', found: '' };
    const text = found(token, rules);
    return text === undefined
      ? { check: name, result: 'not asked', found: `use ${optionsFor.get(name)} to enable it` }
      : { check: name, result: 'passed', found: text };
  });
}

function isReadable({ problem, header, claims, signature }: Anatomy): boolean {
  return [problem, header.problem, claims.problem, signature.problem].every((each) => each === undefined);
}

function isSignatureShaped({ signature: { bytes } }: Anatomy): boolean {
  if (bytes?.length !== 64) return false;
  return [bytes.subarray(0, 32), bytes.subarray(32)].every((half) => half.some((byte) => byte !== 0));
}
