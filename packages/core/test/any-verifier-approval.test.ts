import { beforeEach, describe, expect, test } from 'vitest';
import { anyVerifier, createVerifier, type VerifierOptions } from '../src/index.ts';
import { issuer, makeKey, mint } from './mint.ts';
import { ask, bearer, foreign, other, ours, theirs, torii } from './two-makers.ts';

// One verifier of the list approves issuers: it gets the tokens of those that no other names.

const key = await makeKey();
const tenant = 'https://tenant.torii.test';
const approved = new Set([tenant, issuer, 'https://login.other.test']);
let asked: string[] = [];
beforeEach(() => {
  asked = [];
});

const fetch = async () => Response.json({ keys: [key.publicJwk] });
const approving = (options: Partial<VerifierOptions> = {}) =>
  createVerifier({
    issuer: {
      approve(iss) {
        asked.push(iss);
        return approved.has(iss) ? iss : null;
      },
    },
    fetch,
    ...options,
  });
const ofTenant = (claims: Record<string, unknown> = {}) => mint(key, { iss: tenant, sub: 'eve', ...claims });

describe('a list with a verifier that approves issuers', () => {
  test('asks about issuers that no other names, and about no others', async () => {
    const verifier = anyVerifier([approving(), torii(), other()]);
    expect(await ask(verifier, bearer(await ours()))).toBe('ada');
    expect(await ask(verifier, bearer(await theirs()))).toBe('bob');
    expect(asked).toEqual([]);
    const token = await ofTenant();
    for (let i = 0; i < 2; i++) expect(await ask(verifier, bearer(token))).toBe('eve');
    expect(await ask(verifier, bearer(await ofTenant({ iss: 'https://made-up.test' })))).toBe('issuer_refused');
    expect(asked).toEqual([tenant, 'https://made-up.test']);
  });

  test('[6] gives the tokens of a named issuer to none but its verifier, in every place', async () => {
    const verifier = anyVerifier([
      approving({ cookie: 'c' }),
      torii({ environmentId: 'env_2' }),
      other({ header: 'x-token' }),
    ]);
    // Its own key would verify it, and `approve` would accept the issuer.
    expect(await ask(verifier, bearer(await mint(key, { sub: 'eve', iss: issuer })))).toBe('environment_refused');
    expect(await ask(verifier, bearer(await mint(key, { sub: 'eve', iss: foreign })))).toBe('issuer_refused');
    const cookie = { method: 'GET', headers: { cookie: `c=${await ours({ pid: 'env_2' })}` } };
    expect(await ask(verifier, cookie)).toBe('issuer_refused');
    expect(asked).toEqual([]);
    expect(await ask(verifier, { method: 'GET', headers: { cookie: `c=${await ofTenant()}` } })).toBe('eve');
  });

  test('[11] does not take a token that it knows from elsewhere from the verifier of its issuer', async () => {
    const alone = approving();
    const token = await mint(key, { sub: 'eve', iss: issuer });
    expect(await ask(alone, bearer(token))).toBe('eve');
    const verifier = anyVerifier([alone, torii()]);
    expect(await ask(verifier, bearer(token))).toBe('signature_invalid');
  });

  test('there can be one', () => {
    expect(() => anyVerifier([approving(), approving()])).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option: 'approve' }),
    );
  });
});
