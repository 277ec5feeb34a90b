import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

/** The exports of each entry. Users notice when a name is added or removed. */
const entries = {
  '.': [
    'ToriiApiError',
    'ToriiAuthError',
    'ToriiConfigError',
    'ToriiError',
    'ToriiForbiddenError',
    'ToriiRequestError',
    'ToriiRevocationError',
    'ToriiUnavailableError',
    'createToriiNext',
    'createToriiProxy',
    'previewOrigins',
    'refuse',
    'reportOnly',
  ],
  './client': [
    'KeptForm',
    'TokenKeeper',
    'basePath',
    'changeOrganization',
    'endSession',
    'getErrorReason',
    'renewToken',
    'useSignIn',
  ],
  './proxy': ['createToriiProxy'],
  './renewal': ['renewInProxy'],
  './webhooks': ['ToriiConfigError', 'ToriiWebhookError', 'webhookHandler'],
};

test('lists every entry of the package', () => {
  expect(Object.keys(entries)).toEqual(Object.keys(manifest.exports).filter((entry) => entry !== './package.json'));
});

test.each(Object.entries(entries))('%s exports these names', async (entry, names) => {
  expect(Object.keys(await import(`@torii/next${entry.slice(1)}`)).toSorted()).toEqual(names);
});
