import type { Anatomy } from './anatomy.ts';
import { shownValue } from './shown.ts';
import { describeMoment } from './times.ts';
import type { Rules, TokenRefusal, Verdict } from './verdict.ts';

/** One thing that the verifier looks at, and what came of it. */
export interface CheckLine {
  readonly check: string;
  readonly result: 'passed' | 'refused' | 'not asked' | 'not reached';
  readonly found: string;
}

interface Check {
  readonly name: string;
  /** Whether this is where the verifier said no. */
  stopped(refusal: TokenRefusal, token: Anatomy): boolean;
  /** What it saw; undefined where the options do not ask for it. */
  found(token: Anatomy, rules: Rules): string | undefined;
}

const required = new Set(['sub', 'pid', 'iat', 'exp']);
const asked = new Set(['aud']);

/** Core's verifier, step by step and in its order: `authenticate.ts`, `verify.ts`, `token.ts` and `claims.ts` there. */
const checks: readonly Check[] = [
  {
    name: 'header',
    stopped: ({ reason }) =>
      reason === 'token_missing' || reason === 'scheme_unsupported' || reason === 'header_malformed',
    found: () => 'one token',
  },
  {
    name: 'form',
    stopped: ({ reason }, token) => reason === 'token_malformed' && !isReadable(token),
    found: ({ length }) => `three parts, ${length} characters`,
  },
  {
    name: 'algorithm',
    stopped: ({ reason }) => reason === 'algorithm_refused',
    found: ({ header }) => shownValue(header.values?.['alg']),
  },
  {
    name: 'key id',
    stopped: ({ reason }, token) => reason === 'token_malformed' && isReadable(token),
    found: ({ header }) => shownValue(header.values?.['kid']),
  },
  {
    name: 'issuer',
    stopped: ({ reason, detail }) => reason === 'issuer_refused' || isAbout(reason, detail.claim, (at) => at === 'iss'),
    found: ({ claims }) => shownValue(claims.values?.['iss']),
  },
  {
    name: 'claims',
    stopped: ({ reason, detail }) => isAbout(reason, detail.claim, (at) => required.has(at)),
    found: ({ claims }) => `sub ${shownValue(claims.values?.['sub'])}, pid ${shownValue(claims.values?.['pid'])}`,
  },
  {
    name: 'times',
    stopped: ({ reason, detail }) =>
      reason === 'token_expired' ||
      reason === 'token_not_yet_valid' ||
      isAbout(reason, detail.claim, (at) => at === 'nbf'),
    found: ({ claims }) => `ends ${describeMoment(claims.values?.['exp'], Date.now() / 1000) ?? 'one day'}`,
  },
  {
    name: 'audience',
    stopped: ({ reason, detail }) =>
      reason === 'audience_refused' || isAbout(reason, detail.claim, (at) => asked.has(at)),
    found: ({ claims }, { audience }) => (audience === undefined ? undefined : shownValue(claims.values?.['aud'])),
  },
  {
    name: 'environment',
    stopped: ({ reason }) => reason === 'environment_refused',
    found: ({ claims }, { environmentId }) =>
      environmentId === undefined ? undefined : shownValue(claims.values?.['pid']),
  },
  {
    name: 'signature’s form',
    stopped: ({ reason }, token) => reason === 'signature_invalid' && !isSignatureShaped(token),
    found: () => '64 bytes',
  },
  {
    name: 'key',
    stopped: ({ reason }) => reason === 'key_unknown' || reason === 'keys_unavailable',
    found: ({ header }) => `the issuer publishes ${shownValue(header.values?.['kid'])}`,
  },
  { name: 'signature', stopped: ({ reason }) => reason === 'signature_invalid', found: () => 'made with that key' },
  {
    name: 'people',
    stopped: ({ reason, detail }) => isAbout(reason, detail.claim, () => true),
    found: () => 'user, actor and organization can be read',
  },
];

/** What the verifier looked at, down to where it said no. */
export function listChecks(token: Anatomy, rules: Rules, { refusal }: Verdict): readonly CheckLine[] {
  const end = refusal === undefined ? checks.length : checks.findIndex((check) => check.stopped(refusal, token));
  return checks.map(({ name, found }, index) => {
    if (refusal !== undefined && index === end) return { check: name, result: 'refused', found: refusal.message };
    // Only what the verifier went past can be read for certain.
    if (index > end) return { check: name, result: 'not reached', found: '' };
    const text = found(token, rules);
    return text === undefined
      ? { check: name, result: 'not asked', found: `--${name} asks for it` }
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

function isAbout(reason: string, claim: string | undefined, covers: (claim: string) => boolean): boolean {
  return (reason === 'claim_missing' || reason === 'claim_malformed') && claim !== undefined && covers(claim);
}
