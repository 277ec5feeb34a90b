import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

/** The exports of each entry point. Adding or removing one is a change for users. */
const entries = {
  '.': [
    'changeForFetch',
    'createRevocationSource',
    'features',
    'listCases',
    'listenFetch',
    'runConformance',
    'serveApp',
    'serveCommand',
    'startIssuers',
  ],
  './adapter': ['createRoutes'],
  './vitest': ['describeConformance'],
};

test('every entry point of the package is listed', () => {
  expect(Object.keys(entries)).toEqual(Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json')));
});

test.each(Object.entries(entries))('%s exports these names', async (entry, names) => {
  expect(Object.keys(await import(`@torii/conformance${entry.slice(1)}`)).toSorted()).toEqual(names);
});
