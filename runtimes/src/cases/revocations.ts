import { createHash } from 'node:crypto';
import type { Case, Group, PlainRevocations, Step } from '../case.ts';
import { issuer, makeKey, mint, nowSeconds, withSignature } from '../issuer.ts';

/** The order of P-256 (SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const usual: PlainRevocations = { maxTokenSeconds: 3600, revoked: [] };

/** A source of revocations in memory: security statements 40 to 42. */
export async function listRevocationCases(): Promise<Group> {
  const key = await makeKey('key-1');
  const [token, other] = [await mint(key), await mint(key, { sub: 'user_2' })];
  const twin = withSignature(token, toTwin);
  const long = await mint(key, { exp: nowSeconds() + 7200 });
  const digest = createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
  const good = 'user_1 of env_1';

  const cases: [name: string, revocations: Partial<PlainRevocations>, steps: readonly Step[], expected: string][] = [
    ['nothing is revoked', {}, [{ token }, { token }], `${good}; ${good}`],
    ['a user', { revoked: ['user_1'] }, [{ token }, { token: other }], 'token_revoked; user_2 of env_1'],
    ['a user, later', {}, [{ token }, { revoke: 'user_1' }, { token }], `${good}; token_revoked`],
    ['a token', { revoked: [digest] }, [{ token }, { token: other }], 'token_revoked; user_2 of env_1'],
    ['a token, later', {}, [{ token }, { revoke: digest }, { token }], `${good}; token_revoked`],
    [
      'the other signature that verifies',
      {},
      [{ token: twin }, { revoke: digest }, { token: twin }],
      `${good}; token_revoked`,
    ],
    ['a late answer', { isLate: true }, [{ token }, { revoke: 'user_1' }, { token }], `${good}; token_revoked`],
    ['many at once', { isLate: true, revoked: ['user_1'] }, [{ token, times: 20 }], '20 times token_revoked'],
    ['a failure', { fails: true }, [{ token }], 'revocations_unavailable'],
    [
      'a late failure',
      { fails: true, isLate: true },
      [{ token }, { token }],
      'revocations_unavailable; revocations_unavailable',
    ],
    [
      'a token that lives too long',
      {},
      [{ token: long }, { token: long }],
      'token_lifetime_refused; token_lifetime_refused',
    ],
  ];
  const options = { issuer, keys: { keys: [key.publicJwk] } };
  return {
    name: 'revoked',
    cases: cases.map(([name, revocations, steps, expected]): Case => {
      return {
        name,
        expected,
        question: { ask: 'verifier', options, revocations: { ...usual, ...revocations }, steps },
      };
    }),
  };
}

function toTwin(signature: Buffer): Buffer {
  const s = order - BigInt(`0x${signature.toString('hex', 32)}`);
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
}
