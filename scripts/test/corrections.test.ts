import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { corrections, correctSpec, type JsonObject } from '../../spec/corrections.ts';
import { listEndpoints, objectAt } from '../generate/openapi.ts';
import { tenOperations, twentySixOperations } from './fixtures.ts';
import { makeVariedSpec } from './varied-spec.ts';

const today: JsonObject = JSON.parse(readFileSync(tenOperations, 'utf8'));
const newer: JsonObject = JSON.parse(readFileSync(twentySixOperations, 'utf8'));
const varied = makeVariedSpec() as JsonObject;

test.each(corrections)('is still needed: $reason', (correction) => {
  const others = corrections.filter((each) => each !== correction);
  expect(
    [today, newer].some((document) => !isDeepStrictEqual(correctSpec(document, others), correctSpec(document))),
  ).toBe(true);
});

test.each([
  ['today’s', today],
  ['a newer', newer],
  ['a varied', varied],
])('corrections apply to %s specification', (_name, document) => {
  const text = JSON.stringify(correctSpec(document));
  expect(text).not.toContain('localhost');
  expect(text).toContain('"enum":["en","da",null]');
  expect(text).toContain('"minimum":1');
  expect(text).toMatch(/"required":\["(hasMore","items|items","hasMore)","nextCursor"\]/);
});

test.each([newer, varied])('keeps security settings that the document has', (document) => {
  const { security, components } = correctSpec(document);
  expect(security).toEqual([{ bearerAuth: [] }]);
  expect(objectAt(components, 'securitySchemes')).toEqual({ bearerAuth: { type: 'http', scheme: 'bearer' } });
});

test('does not modify its input, and is idempotent', () => {
  const before = JSON.stringify(today);
  const corrected = correctSpec(today);
  expect(JSON.stringify(today)).toBe(before);
  expect(correctSpec(corrected)).toEqual(corrected);
  expect(listEndpoints(corrected)).toHaveLength(10);
  for (const document of [newer, varied]) expect(listEndpoints(document)).toHaveLength(26);
});
