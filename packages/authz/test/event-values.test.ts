import { expect, test } from 'vitest';
import { hostileTexts, unsafeTexts, wellFormed } from '../../../scripts/hostile-texts.ts';
import { type AuthzEvent, createAuthz } from '../src/index.ts';
import { callerWith, requestFor, statusOf } from './callers.ts';

test.each(Object.entries(hostileTexts))('[35] %s reaches no event and no explanation', async (_name, text) => {
  const events: AuthzEvent[] = [];
  const explanations: string[] = [];
  const authz = createAuthz({
    permissions: {
      last_update: text,
      permissions: { [text]: [`${text}:get`, text, `%r{${text}(}:get`], admin: [text], other: text as never },
    },
    tenant: { header: true, baseDomain: 'example.com', slug: '/:company/*' },
    claims: { userId: 'sub', tenant: 'tenant', roles: 'names' },
    impersonation: 'audit',
    onEvent: (event) => events.push(event),
    debug: (explanation) => explanations.push(explanation),
  });
  const auth = await callerWith(
    { tenant: text, subdomain: text, pathname_slugs: [text], names: [text, 'admin'], act: { sub: text } },
    { userId: text },
  );
  const urls = ['/acme/x', `/${text}/x`, `/${encodeURIComponent(wellFormed(text))}/x`, undefined];
  for (const url of urls) {
    const headers = { 'x-tenant-id': text, host: text };
    for (const request of [requestFor(url, { method: 'GET', headers }), requestFor(url, { method: text, headers })]) {
      expect(await statusOf(authz, auth, request)).not.toBe(200);
      const { text: explanation, ...findings } = await authz.explain(auth, request);
      expect(unsafeTexts(findings)).toEqual([]);
      explanations.push(explanation);
    }
  }
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['policy_loaded', 'impersonated']));
  expect(unsafeTexts(events)).toEqual([]);
  expect(unsafeTexts(explanations.flatMap((explanation) => explanation.split('\n')))).toEqual([]);
  expect(explanations.every((explanation) => /^(?:allowed|refused) {2}/.test(explanation))).toBe(true);
});

test('[35] an ordinary id is reported as it is', async () => {
  const events: AuthzEvent[] = [];
  const authz = createAuthz({
    permissions: { permissions: { admin: ['x:get'] } },
    impersonation: 'audit',
    onEvent: (event) => events.push(event),
  });
  const [userId, actorId] = ['01931a73-8b00-7000-8000-000000000000', '01931a72-0000-7000-8000-000000000000'];
  const auth = await callerWith({ act: { sub: actorId } }, { userId });
  await statusOf(authz, auth, requestFor('/x'));
  expect(events.at(-1)).toEqual({ type: 'impersonated', userId, actorId, method: 'GET', path: '/x' });
});
