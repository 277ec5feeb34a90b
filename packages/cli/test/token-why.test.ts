import { ToriiError, verifyToken } from '@torii/core';
import { createRevocations, memoryFeed } from '@torii/revocation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nowSeconds } from '../../core/test/mint.ts';
import type { Rules, TokenRefusal } from '../src/commands/token/verdict.ts';
import { explain } from '../src/commands/token/why.ts';
import { badTokens, type Issuer, startIssuer } from './bad-tokens.ts';
import { startKeyServer } from './key-server.ts';

let torii: Issuer;

beforeAll(async () => {
  torii = await startIssuer();
});
afterAll(() => torii.server.stop());

test.each(badTokens.map(([name, ...rest]) => ({ name, rest })))(
  'reports the verifier’s reason for $name, and what to do',
  async ({ rest: [token, reason, check, advice, rules] }) => {
    const text = await token();
    const all: Rules = { issuer: torii.server.issuer, clockTolerance: 30, ...rules };
    const refusal: unknown = await verifyToken(text, all).catch((error: unknown) => error);
    if (!(refusal instanceof ToriiError)) throw new Error('The verifier does not refuse this token.');
    const explanation = await explain({ token: text }, all);

    expect(explanation.reason).toBe(refusal.toJSON().reason);
    expect(explanation.message).toBe(refusal.message);
    expect(explanation).toMatchObject({ accepted: false, reason, advice: expect.stringMatching(advice) });
    expect(explanation.advice).toMatch(new RegExp(` See https://\\S+#${reason}$`));
    expect(explanation.checks.filter(({ result }) => result === 'refused')).toEqual([
      { check, result: 'refused', found: refusal.message },
    ]);
    // Checks before the refusing one passed or were not enabled. Checks after it were not reached.
    const results = explanation.checks.map(({ result }) => result).join(' ');
    expect(results).toMatch(/^((passed|not asked) )*refused( not reached)*$/);
    const [, , signature = ''] = text.split('.');
    if (signature.length > 20) expect(JSON.stringify(explanation)).not.toContain(signature.slice(0, 20));
    expect(JSON.stringify(explanation)).not.toMatch(/eyJ|sk_test/);
  },
);

test('reports for a good token that every check passed or was not enabled', async () => {
  const rules = { issuer: torii.server.issuer, clockTolerance: 30 };
  const { accepted, reason, checks } = await explain({ token: await torii.good() }, rules);
  expect([accepted, reason]).toEqual([true, null]);
  expect(checks.filter(({ result }) => result === 'not asked').map(({ check }) => check)).toEqual([
    'other claims',
    'environment',
    'revocation',
  ]);
  const { issuer } = rules;
  const revocations = createRevocations({ issuer, environmentId: 'env_1', feed: memoryFeed() });
  const options = { audience: ['api'], requireClaims: ['plan'], refuseClaims: ['scope'], environmentId: ['env_1'] };
  const asked = await explain(
    { token: await torii.good({ aud: 'api', plan: 'pro' }) },
    { ...rules, ...options, revocations },
  );
  await revocations.close();
  expect(new Set(asked.checks.map(({ result }) => result))).toEqual(new Set(['passed']));
});

test.each([
  [200, /\b3 minutes\b.*\bbehind\b/],
  [-7200, /\b2 hours\b.*\bahead\b/],
  [2, /\bagree\b/],
])('compares this clock with an issuer’s clock that is %i s ahead', async (seconds, advice) => {
  torii.server.clockAheadSeconds = seconds;
  try {
    const token = await torii.good({ exp: nowSeconds() - 100 });
    const { advice: given } = await explain({ token }, { issuer: torii.server.issuer, clockTolerance: 30 });
    expect(given).toMatch(advice);
  } finally {
    torii.server.clockAheadSeconds = 0;
  }
});

test('does not mistake an old response from a cache for a wrong clock', async () => {
  torii.server.ageSeconds = 200;
  try {
    const token = await torii.good({ exp: nowSeconds() - 100 });
    const { advice } = await explain({ token }, { issuer: torii.server.issuer, clockTolerance: 30 });
    expect(advice).toMatch(/\bagree\b/);
  } finally {
    torii.server.ageSeconds = 0;
  }
});

test('sends no request for a token of another issuer', async () => {
  const other = await startKeyServer([]);
  try {
    const token = await torii.good({ iss: other.issuer, exp: nowSeconds() - 900 });
    expect((await explain({ token }, { issuer: torii.server.issuer, clockTolerance: 30 })).reason).toBe(
      'issuer_refused',
    );
    expect(other.asked).toBe(0);
  } finally {
    other.stop();
  }
});

const badHeaders: readonly (readonly [{ readonly headers: readonly string[] }, TokenRefusal['reason']])[] = [
  [{ headers: ['Basic YTpi'] }, 'scheme_unsupported'],
  [{ headers: ['Bearer a.b.c, Bearer d.e.f'] }, 'header_malformed'],
  [{ headers: ['Bearer a.b.c', 'Bearer d.e.f'] }, 'header_malformed'],
  [{ headers: ['Bearer '] }, 'header_malformed'],
  [{ headers: [''] }, 'token_missing'],
];

test.each(badHeaders)('reports the verifier’s reason for the header %j', async (pasted, reason) => {
  const { checks, ...explanation } = await explain(pasted, { issuer: torii.server.issuer, clockTolerance: 30 });
  expect(explanation).toMatchObject({ accepted: false, reason, advice: expect.any(String) });
  expect(checks[0]).toMatchObject({ check: 'header', result: 'refused' });
});

const reasons = {
  token_missing: true,
  scheme_unsupported: true,
  header_malformed: true,
  token_malformed: true,
  algorithm_refused: true,
  key_unknown: true,
  signature_invalid: true,
  token_expired: true,
  token_not_yet_valid: true,
  issuer_refused: true,
  audience_refused: true,
  environment_refused: true,
  claim_missing: true,
  claim_malformed: true,
  keys_unavailable: true,
} satisfies Record<Exclude<TokenRefusal['reason'], 'token_revoked' | 'token_lifetime_refused'>, true>;

// revocations.test.ts covers the reasons of revocations.
test('the tests above cover every other reason of the verifier', () => {
  const explained = new Set([...badTokens.map(([, , reason]) => reason), ...badHeaders.map(([, reason]) => reason)]);
  expect([...explained].sort()).toEqual(Object.keys(reasons).sort());
});
