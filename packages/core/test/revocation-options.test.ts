import { describe, expect, test } from 'vitest';
import {
  authenticateRequest,
  createTokenVerifier,
  createVerifier,
  type RevocationSource,
  ToriiConfigError,
  type VerifierOptions,
  verifyToken,
} from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { issuer, mint } from './mint.ts';
import { outcomeOf } from './outcome.ts';
import { key, keys, makeSource } from './revocation-source.ts';

const see = 'See https://torii.so/docs/typescript/troubleshooting#revocations';

/** The error that createVerifier throws, which createTokenVerifier must throw too. */
function errorFor(revocations: unknown, others: object = {}): ToriiConfigError | undefined {
  const { keys: _keys, ...rest } = { issuer, keys, revocations, ...others };
  const options = ('keys' in others ? rest : { ...rest, keys }) as VerifierOptions;
  const errors = [createVerifier, createTokenVerifier].map((create) => {
    try {
      create(options);
      return undefined;
    } catch (error) {
      if (!(error instanceof ToriiConfigError)) throw error;
      return error;
    }
  });
  expect(errors[1]?.message).toBe(errors[0]?.message);
  return errors[0];
}

const sourceWith = (changes: object): object => ({ ...makeSource().source, ...changes });

class Source {
  readonly issuer = issuer;
  readonly environmentId = 'env_1';
  readonly maxTokenSeconds = 3600;
  check() {
    return 'accepted';
  }
}

describe('[9] `revocations` cannot be', () => {
  test.each<[name: string, value: unknown, found: string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['false', false, 'false'],
    ['a text', issuer, 'a string'],
    ['a function', () => 'accepted', 'a function'],
    ['an empty object', {}, 'an object'],
    ['a list', [makeSource().source], 'a list'],
    ['a promise', Promise.resolve(makeSource().source), 'a promise. Write `await` before it'],
    ['a verifier', createVerifier({ issuer, keys }), 'a verifier'],
    ['an object without `check`', sourceWith({ check: undefined }), 'an object'],
    ['an object whose `check` is a text', sourceWith({ check: 'accepted' }), 'an object'],
    ['an instance of a class, whose `check` is not an own property', new Source(), 'an object'],
    ...[undefined, null, Number.NaN, Number.POSITIVE_INFINITY, '3600'].map((value): [string, unknown, string] => [
      `of tokens that live ${value} seconds`,
      sourceWith({ maxTokenSeconds: value }),
      'an object',
    ]),
  ])('%s', (_name, value, found) => {
    expect(errorFor(value)).toMatchObject({
      option: 'revocations',
      message: `\`revocations\` must be what createRevocations returned, or left out. Found: ${found}. ${see}`,
    });
  });
});

describe('[9] the verifier must be for the issuer and the environment of the revocations', () => {
  const { source } = makeSource();

  test.each<[name: string, others: object]>([
    ['another issuer', { issuer: 'https://other.torii.test' }],
    ['two issuers', { issuer: [issuer, 'https://other.torii.test'], keys: undefined }],
    ['another environment', { environmentId: 'env_2' }],
    ['two environments', { environmentId: ['env_1', 'env_2'] }],
  ])('not for %s', (_name, others) => {
    expect(errorFor(source, others)?.message).toBe(
      `\`revocations\` is for ${issuer} and env_1 only. Create a verifier for each. ${see}`,
    );
  });

  test.each<[name: string, changes: object, found: string]>([
    ['without an issuer', { issuer: undefined }, 'undefined and env_1'],
    ['of an issuer that is not a URL', { issuer: 'acme' }, 'acme and env_1'],
    ['of another issuer that contains the issuer', { issuer: `${issuer}.evil.test` }, `${issuer}.evil.test and env_1`],
    ['without an environment', { environmentId: undefined }, `${issuer} and undefined`],
    ['of a list of environments', { environmentId: ['env_1'] }, `${issuer} and ["env_1"]`],
    ['of a key in place of an issuer', { issuer: 'sk_live_0123456789' }, '[withheld] and env_1'],
  ])('not with a source %s', (_name, changes, found) => {
    expect(errorFor(sourceWith(changes))?.message).toBe(
      `\`revocations\` is for ${found} only. Create a verifier for each. ${see}`,
    );
  });

  test.each<[name: string, others: object]>([
    ['the issuer in a list', { issuer: [issuer] }],
    ['the issuer with a final slash', { issuer: `${issuer}/` }],
    ['the environment', { environmentId: 'env_1' }],
    ['the environment in a list', { environmentId: ['env_1'] }],
    ['a source whose issuer has a final slash', { revocations: sourceWith({ issuer: `${issuer}/` }) }],
    ['other options', { audience: 'https://api.test', clockTolerance: 300, cachedTokens: 0 }],
  ])('may be for %s', (_name, others) => {
    expect(errorFor(source, others)).toBeUndefined();
  });

  test('tokens of other environments are refused, although the option `environmentId` is absent', async () => {
    const { source, asked } = makeSource();
    const torii = createVerifier({ issuer, keys, revocations: source });
    expect(await outcomeOf(torii.verify(await mint(key, { pid: 'env_2' })))).toBe('environment_refused');
    expect(await outcomeOf(torii.verify(await mint(key, { pid: 'env_1' })))).toBe('accepted');
    expect(asked).toHaveLength(1);
  });
});

test('a wrong source is a rejection of functions that verify one token', async () => {
  const options = { issuer, keys, revocations: undefined as unknown as RevocationSource };
  const token = await mint(key);
  await expect(verifyToken(token, options)).rejects.toThrow(ToriiConfigError);
  await expect(authenticateRequest({ headers: {} }, options)).rejects.toThrow(ToriiConfigError);
});

test('authenticateRequest and verifyToken ask the source', async () => {
  const options = { issuer, keys, revocations: makeSource(() => 'revoked').source };
  const token = await mint(key);
  expect(await outcomeOf(verifyToken(token, options))).toBe('token_revoked');
  const request = { headers: { authorization: `Bearer ${token}` } };
  expect(await outcomeOf(authenticateRequest(request, options))).toBe('token_revoked');
});

test('a verifier for tokens of other issuers says that it knows no revocations', () => {
  const options = { secret: 'x'.repeat(32), algorithms: ['HS256'], revocations: makeSource().source };
  expect(() => createJwtVerifier(options as never)).toThrow(
    'There is no option `revocations`. Only a verifier of createVerifier or createTokenVerifier knows about revoked tokens.',
  );
});

test.each(['isRevoked', 'checkRevoked', 'revocation', 'useRevocations'])('suggests it for `%s`', (name) => {
  expect(() => createVerifier({ issuer, [name]: () => false } as VerifierOptions)).toThrow(
    'Did you mean `revocations`?',
  );
});
