import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

/** What each entry exports. A name that comes or goes is a change that users see. */
const entries = {
  '.': [
    'ToriiAuthError',
    'ToriiConfigError',
    'ToriiError',
    'ToriiForbiddenError',
    'ToriiUnavailableError',
    'createToriiNext',
    'refuse',
  ],
  './client': ['TokenKeeper', 'endSession', 'getErrorReason', 'useSignIn'],
  './webhooks': ['ToriiWebhookError', 'webhookHandler'],
};

test('every entry of the package is here', () => {
  expect(Object.keys(entries)).toEqual(Object.keys(manifest.exports).filter((entry) => entry !== './package.json'));
});

test.each(Object.entries(entries))('%s exports these names', async (entry, names) => {
  expect(Object.keys(await import(`@torii/next${entry.slice(1)}`)).toSorted()).toEqual(names);
});
