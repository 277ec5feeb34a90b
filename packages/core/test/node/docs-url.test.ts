import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { docsHome, docsUrlFor } from '../../src/errors/docs-url.ts';
import {
  createVerifier,
  denialFor,
  ToriiApiError,
  ToriiAuthError,
  ToriiConfigError,
  ToriiConnectionError,
  ToriiError,
  ToriiForbiddenError,
  ToriiRevocationError,
  ToriiUnavailableError,
} from '../../src/index.ts';
import { ToriiWebhookError } from '../../src/webhooks/index.ts';

const page = 'https://torii.so/docs/typescript/troubleshooting';

test('the address is the homepage of the repository', () => {
  const root = join(import.meta.dirname, '..', '..', '..', '..');
  const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(docsHome).toBe(homepage);
});

const call = { method: 'GET', path: '/', attempts: 1 };

describe('docsUrl', () => {
  test.each<[ToriiError, string]>([
    [new ToriiAuthError('token_expired', 'x'), 'token_expired'],
    [new ToriiForbiddenError('x'), 'not_allowed'],
    [new ToriiUnavailableError('keys_unavailable', 'x'), 'keys_unavailable'],
    [new ToriiWebhookError('signature_invalid', 'x'), 'signature_invalid'],
    [new ToriiConfigError('maxStaleSeconds', 'x.'), 'maxstaleseconds'],
    [new ToriiConfigError('login.user', 'x.'), 'login'],
    [new ToriiConfigError('isuer', 'x.', { explained: 'unknown_option' }), 'unknown_option'],
    [new ToriiApiError('x', { ...call, status: 404, code: 'user_not_found' }), 'user_not_found'],
    [new ToriiConnectionError('timeout', 'x', call), 'timeout'],
  ])('of %o ends in #%s', (error, anchor) => {
    expect(error.docsUrl).toBe(`${page}#${anchor}`);
  });

  test('of a revocation that was not announced is that of its code', () => {
    const error = new ToriiRevocationError({ announce: async () => {} });
    expect(error.docsUrl).toBe(`${page}#revocation_not_announced`);
  });

  test('is not enumerable, and not in the JSON of an error', () => {
    for (const error of [new ToriiAuthError('token_expired', 'x'), new ToriiConfigError('issuer', 'x.')]) {
      expect(Object.keys(error)).not.toContain('docsUrl');
      expect(Object.keys(error.toJSON())).not.toContain('docsUrl');
    }
  });

  test('can be read from a prototype, as debuggers do', () => {
    expect(() => Reflect.get(ToriiError.prototype, 'docsUrl')).not.toThrow();
  });

  test('has only letters, digits, _ and - after the #, whatever a server or a caller has chosen', () => {
    expect(docsUrlFor('"><script>alert(1)</script>\n#x')).toBe(`${page}#scriptalert1scriptx`);
  });
});

describe('the message', () => {
  test('of a configuration error ends with the address', () => {
    expect(() => createVerifier({ issuer: undefined })).toThrow(/\. See https:\/\/\S+\/troubleshooting#issuer$/);
  });

  test('about an unknown option ends with the address of that mistake, not of the name', () => {
    expect(() => createVerifier({ isuer: 'x' } as never)).toThrow(
      / See https:\/\/\S+\/troubleshooting#unknown_option$/,
    );
  });

  test('of a refusal, and its response, do not contain it', async () => {
    const verifier = createVerifier({ issuer: 'https://acme.torii.test' });
    const { denial } = await verifier.check({ headers: {} });
    expect(denial?.status).toBe(401);
    expect(JSON.stringify(denial)).not.toContain('troubleshooting');
    for (const error of [new ToriiAuthError('token_expired', 'x'), new ToriiWebhookError('in_progress', 'x')]) {
      expect(error.message).toBe('x');
      expect(JSON.stringify([denialFor(error), error.headers, error.stack])).not.toContain('troubleshooting');
      expect(await error.getResponse().text()).not.toContain('troubleshooting');
    }
  });

  test('of an answer of `approve` that cannot be used contains no address in the middle', async () => {
    const problems: unknown[] = [];
    const verifier = createVerifier({
      issuer: { approve: () => ({ issuer: 'acme' }) },
      onEvent: (event) => event.type === 'refused' && problems.push(event.detail.problem),
    });
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: 'https://acme.torii.test', sub: 'u', pid: 'e', iat: 1, exp: 9e9 };
    const token = `${encode({ alg: 'ES256', kid: 'k' })}.${encode(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`;
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'keys_unavailable' });
    expect(problems).toEqual([expect.stringContaining('must be an https:// URL')]);
    expect(String(problems)).not.toContain('troubleshooting');
  });
});
