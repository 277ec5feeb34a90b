import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

/** The exports of each entry point. Adding or removing one is a change for users. */
const entries = {
  '.': [
    'ToriiAuthError',
    'ToriiConfigError',
    'ToriiError',
    'ToriiForbiddenError',
    'ToriiRequestError',
    'ToriiRevocationError',
    'ToriiUnavailableError',
    'allow',
    'createVerifier',
    'getAuth',
    'getToken',
    'optionalAuth',
    'refuse',
    'reportOnly',
    'requireAuth',
    'requireGuard',
  ],
  './current-auth': ['currentAuth', 'keepCurrentAuth'],
  './webhooks': ['ToriiConfigError', 'ToriiWebhookError', 'webhookHandler'],
};

test('every entry point of the package is listed', () => {
  expect(Object.keys(entries)).toEqual(Object.keys(manifest.exports).filter((entry) => entry !== './package.json'));
});

test.each(Object.entries(entries))('%s exports these names', async (entry, names) => {
  expect(Object.keys(await import(`@torii/fastify${entry.slice(1)}`)).toSorted()).toEqual(names);
});
