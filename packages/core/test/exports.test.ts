import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

/** The exports of each entry point. Adding or removing a name changes the public API. */
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
    'assertClaimNames',
    'assertOption',
    'checkNameOf',
    'compilePublicPaths',
    'createAwaitGuard',
    'createGuards',
    'elapsedMs',
    'emitterFor',
    'errorFrom',
    'guardFields',
    'guardKind',
    'guardOutcome',
    'instantNow',
    'isFromOwnPages',
    'isLoopback',
    'isRefusal',
    'kindOf',
    'listOrigins',
    'listPaths',
    'listTexts',
    'loggable',
    'omitUndefined',
    'problemOfPasted',
    'raceDeadline',
    'readChoice',
    'readFlag',
    'readFunction',
    'readHttpName',
    'readKnownOptions',
    'readLiteralPath',
    'readNumber',
    'readPath',
    'readText',
    'readWhole',
    'requireChecks',
    'surviveOutages',
    'unknownName',
    'verifierFrom',
    'verifyOptionNames',
    'viewOf',
    'withDetail',
    'wrongOption',
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

test('every entry point of the package is listed', () => {
  expect(Object.keys(entries)).toEqual(Object.keys(manifest.exports).filter((entry) => entry !== './package.json'));
});

test.each(Object.entries(entries))('%s exports these names', async (entry, names) => {
  expect(Object.keys(await import(`@torii/core${entry.slice(1)}`)).toSorted()).toEqual(names);
});
