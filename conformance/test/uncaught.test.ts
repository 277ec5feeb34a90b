import { denialFor, ToriiError } from '@torii/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Asked, askAll, environments } from '../uncaught/ask.ts';
import { inner, thrown } from '../uncaught/errors.ts';

describe.each(environments.map((environment) => [environment ?? 'unset', environment] as const))(
  'NODE_ENV %s',
  (_name, environment) => {
    let asked: readonly Asked[] = [];
    beforeAll(async () => {
      asked = await askAll(environment);
    });

    test('every framework responds to every error', () => {
      expect(new Set(asked.map(({ framework }) => framework)).size).toBe(7);
      expect(asked).toHaveLength(7 * thrown.length);
    });

    test.each(thrown.map((each) => [each.name, each] as const))(
      '[37] %s',
      async (name, { status, isRefusal, error }) => {
        const created = await error();
        const denial = denialFor(created);
        const hasResponse = 'getResponse' in (created as object);
        expect(denial !== undefined).toBe(isRefusal);
        for (const answer of asked.filter((each) => each.error === name)) {
          const { framework, headers, body } = answer;
          // Hono takes a response from an error, but no status.
          const isOwnStatus = framework !== 'Hono' || hasResponse;
          expect.soft([framework, answer.status]).toEqual([framework, isOwnStatus ? status : 500]);
          expect
            .soft([framework, headers.get('www-authenticate')])
            .toEqual([framework, denial?.headers['WWW-Authenticate'] ?? null]);
          if (denial !== undefined) {
            expect
              .soft([framework, headers.get('retry-after')])
              .toEqual([framework, denial.headers['Retry-After'] ?? null]);
            expect.soft([framework, headers.get('cache-control')]).toEqual([framework, 'private, no-store']);
            expect
              .soft([framework, headers.get('vary')])
              .toEqual([framework, expect.stringContaining('Authorization, Cookie')]);
            expect
              .soft([framework, body])
              .toEqual([framework, expect.not.stringMatching(/^\s+at |nbsp;at |file:|\.ts/m)]);
          }
          expect
            .soft([framework, body])
            .toEqual([framework, expect.not.stringMatching(/ada_|10\.0\.0\.7|\/api\/server/)]);
          if (environment === 'production') {
            expect.soft([framework, body]).toEqual([framework, expect.not.stringContaining('node_modules')]);
          }
        }
      },
    );

    test('[37] Hono responds with the body of the denial', async () => {
      for (const { name, isRefusal, error } of thrown.filter((each) => each.isRefusal)) {
        const answer = asked.find((each) => each.framework === 'Hono' && each.error === name);
        expect(isRefusal).toBe(true);
        expect(JSON.parse(answer?.body ?? '')).toEqual(denialFor(await error())?.body);
      }
    });

    test('[37] @koa/cors keeps its header on a refusal', () => {
      const answer = asked.find(({ framework, status }) => framework.includes('cors') && status === 401);
      expect(answer?.headers.get('vary')).toContain('Origin');
    });
  },
);

test('the errors are ours, and contain in their properties what no response may contain', async () => {
  for (const { error } of thrown) expect(await error()).toBeInstanceOf(ToriiError);
  const texts = await Promise.all(
    thrown.map(async ({ error }) => JSON.stringify(Object.entries((await error()) as object))),
  );
  expect(texts.filter((text) => text.includes(inner)).length).toBeGreaterThan(8);
});
