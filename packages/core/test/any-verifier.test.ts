import { describe, expect, test, vi } from 'vitest';
import { anyVerifier, type Check, createVerifier, type VerifierEvent } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { issuer, makeKey, mint, nowSeconds } from './mint.ts';
import { outcomeOf } from './outcome.ts';
import { makeSource } from './revocation-source.ts';
import { ask, bearer, foreign, foreignKey, key, other, ours, theirs, torii } from './two-makers.ts';

describe('anyVerifier', () => {
  const both = anyVerifier([torii(), other()]);

  test('gives the caller of each issuer, and says who issued the token', async () => {
    const [ada, bob] = [await both.authenticate(bearer(await ours())), await both.verify(await theirs())];
    expect([ada.userId, ada.issuer, ada.environmentId]).toEqual(['ada', issuer, 'env_1']);
    expect([bob.userId, bob.issuer, bob.environmentId]).toEqual(['bob', foreign, null]);
    expect((await both.check(bearer(await theirs()))).auth?.userId).toBe('bob');
  });

  test('accepts a known token again', async () => {
    const token = await ours();
    const events: VerifierEvent[] = [];
    const verifier = anyVerifier([other(), torii({ onEvent: (event) => events.push(event) })]);
    for (let i = 0; i < 2; i++) expect(await ask(verifier, bearer(token))).toBe('ada');
    expect(events).toMatchObject([{ fromCache: false }, { fromCache: true }]);
  });

  test.each<[string, () => Promise<string>, string]>([
    ['of a third issuer', () => ours({ iss: 'https://evil.test' }), 'issuer_refused'],
    ['of an issuer in other case', () => ours({ iss: issuer.toUpperCase() }), 'issuer_refused'],
    ['with two trailing slashes', () => ours({ iss: `${issuer}//` }), 'issuer_refused'],
    ['of an issuer with a port', () => ours({ iss: `${issuer}:443` }), 'issuer_refused'],
    ['of an issuer that is longer', () => ours({ iss: `${issuer}.evil.test` }), 'issuer_refused'],
    ['with a list of issuers', () => ours({ iss: [issuer, foreign] }), 'claim_malformed'],
    ['without an issuer', () => ours({ iss: undefined }), 'claim_missing'],
    ['with an empty issuer', () => ours({ iss: '' }), 'claim_malformed'],
    ['of the issuer `__proto__`', () => ours({ iss: '__proto__' }), 'issuer_refused'],
    ['that claims our issuer with their key', () => mint(foreignKey, { sub: 'ada' }), 'key_unknown'],
    ['that claims their issuer with our key', () => mint(key, { iss: foreign, aud: undefined }), 'key_unknown'],
    [
      'that claims their issuer with a key of ours named as theirs',
      async () => {
        return mint({ ...key, kid: 'foreign-1' }, { iss: foreign });
      },
      'signature_invalid',
    ],
    ['of 17 kB', () => ours({ filler: 'x'.repeat(17_000) }), 'token_malformed'],
    ['in two parts', async () => (await ours()).split('.').slice(0, 2).join('.'), 'token_malformed'],
    ['with an expired `exp`', () => ours({ exp: nowSeconds() - 100 }), 'token_expired'],
    ['of theirs with an expired `exp`', () => theirs({ exp: nowSeconds() - 100 }), 'token_expired'],
    ['of theirs for an audience', () => theirs({ aud: 'api' }), 'audience_refused'],
  ])('[6] refuses a token %s', async (_name, make, reason) => {
    const token = await make();
    expect(await ask(both, bearer(token))).toBe(reason);
    expect(await outcomeOf(both.verify(token))).toBe(reason);
  });

  test('tolerates one trailing slash of our issuer, and leaves theirs to their verifier', async () => {
    expect(await ask(both, bearer(await ours({ iss: `${issuer}/` })))).toBe('ada');
    // createJwtVerifier compares `iss` exactly.
    expect(await ask(both, bearer(await theirs({ iss: foreign.slice(0, -1) })))).toBe('issuer_refused');
  });

  test('[5] fetches no key for a token of no issuer, and only the keys of its issuer for any other', async () => {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      urls.push(String(url));
      return Response.json({ keys: [String(url).startsWith(issuer) ? key.publicJwk : foreignKey.publicJwk] });
    };
    const verifier = anyVerifier([
      createVerifier({ issuer, fetch }),
      createJwtVerifier({ issuer: foreign, algorithms: ['ES256'], jwks: `${foreign}jwks.json`, fetch }),
    ]);
    for (const iss of ['https://evil.test', issuer.toUpperCase(), `${foreign}x`])
      await ask(verifier, bearer(await ours({ iss })));
    expect(urls).toEqual([]);
    expect(await ask(verifier, bearer(await theirs()))).toBe('bob');
    expect(urls).toEqual([`${foreign}jwks.json`]);
    expect(await ask(verifier, bearer(await ours()))).toBe('ada');
    expect(urls).toHaveLength(2);
  });

  test('[46] never asks a second verifier after the first has refused', async () => {
    const asked = vi.fn<Check>(() => true);
    const refusing = anyVerifier([torii({ environmentId: 'env_2' }), other({ checks: [asked] })]);
    expect(await ask(refusing, bearer(await ours()))).toBe('environment_refused');
    expect(asked).not.toHaveBeenCalled();
  });

  test('[27] runs the checks of the verifier that is chosen, and no others', async () => {
    const [first, second] = [vi.fn<Check>(() => true), vi.fn<Check>(() => false)];
    const verifier = anyVerifier([torii({ checks: [first] }), other({ checks: [second] })]);
    expect(await ask(verifier, bearer(await ours()))).toBe('ada');
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 0]);
    expect(await ask(verifier, bearer(await theirs()))).toBe('not_allowed');
    expect(await outcomeOf(verifier.verify(await theirs()))).toBe('not_allowed');
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 2]);
  });

  test('[40] asks the revocations of an issuer about its tokens alone', async () => {
    const { source, asked } = makeSource(() => 'revoked');
    const verifier = anyVerifier([torii({ revocations: source }), other()]);
    expect(await ask(verifier, bearer(await theirs()))).toBe('bob');
    expect(asked).toHaveLength(0);
    const token = await ours();
    for (let i = 0; i < 2; i++) expect(await ask(verifier, bearer(token))).toBe('token_revoked');
    expect(asked).toHaveLength(2);
  });

  test('a polluted Object.prototype gives no parsed token, no checks and no options', async () => {
    const single = torii();
    const list = anyVerifier([torii(), other()]);
    const token = await ours();
    const polluted = {
      parsed: {
        header: {},
        claims: { iss: issuer, sub: 'admin' },
        signedBytes: new Uint8Array(),
        signature: new Uint8Array(64),
      },
      publicPaths: ['/'],
      observe: single,
      issuers: [foreign],
      approves: true,
      hint: 'x',
    };
    Object.assign(Object.prototype, polluted);
    try {
      for (const verifier of [single, list, anyVerifier([torii({ cachedTokens: 0 })])])
        for (let i = 0; i < 2; i++) expect(await ask(verifier, bearer(token))).toBe('ada');
      expect(await ask(list, bearer(await theirs()))).toBe('bob');
      expect(await ask(list, bearer('a.b.c'))).toBe('token_malformed');
      expect((await list.verify(token)).userId).toBe('ada');
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  test('gives three issuers their own verifiers, and several issuers one', async () => {
    const third = await makeKey('third');
    const verifier = anyVerifier([
      torii(),
      other({ issuer: [foreign, 'stranger'] }),
      createVerifier({ issuer: 'https://third.torii.test', keys: { keys: [third.publicJwk] } }),
    ]);
    expect(await ask(verifier, bearer(await mint(third, { iss: 'https://third.torii.test', sub: 'eve' })))).toBe('eve');
    expect(await ask(verifier, bearer(await theirs({ iss: 'stranger' })))).toBe('bob');
    expect(await ask(verifier, bearer(await mint(third, { sub: 'eve' })))).toBe('key_unknown');
  });
});
