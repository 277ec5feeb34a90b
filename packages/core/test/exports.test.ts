import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

/** What each entry exports. A name that comes or goes is a change that users see. */
const entries = {
  '.': [
    'Patch',
    'ToriiApiError',
    'ToriiAuthError',
    'ToriiConfigError',
    'ToriiConnectionError',
    'ToriiError',
    'ToriiForbiddenError',
    'ToriiRequestError',
    'ToriiUnavailableError',
    'authenticateRequest',
    'authorize',
    'createTokenVerifier',
    'createVerifier',
    'denialFor',
    'isAuth',
    'isPatch',
    'refuse',
    'verifyToken',
  ],
  './adapter': [
    'answerFor',
    'compilePublicPaths',
    'createGuards',
    'elapsedMs',
    'emitterFor',
    'errorFrom',
    'guardKind',
    'instantNow',
    'isFromOwnPages',
    'isRefusal',
    'loggable',
    'raceDeadline',
    'readNamed',
    'readPath',
    'requireChecks',
    'verifierFrom',
    'viewOf',
    'withDetail',
  ],
  './jwt': ['createJwtVerifier'],
  './webhooks': [
    'ToriiConfigError',
    'ToriiWebhookError',
    'createWebhookReceiver',
    'findPayload',
    'requireHandler',
    'verifyWebhook',
  ],
};

test('every entry of the package is here', () => {
  expect(Object.keys(entries)).toEqual(Object.keys(manifest.exports).filter((entry) => entry !== './package.json'));
});

test.each(Object.entries(entries))('%s exports these names', async (entry, names) => {
  expect(Object.keys(await import(`@torii/core${entry.slice(1)}`)).toSorted()).toEqual(names);
});
