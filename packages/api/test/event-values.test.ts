import { expect, test } from 'vitest';
import { hostileTexts, unsafeTexts, wellFormed } from '../../../scripts/hostile-texts.ts';
import { ok, scriptApi } from './scripted-api.ts';

test.each(Object.entries(hostileTexts))('[35] an id with %s reaches no event and no error', async (_name, given) => {
  const id = wellFormed(given);
  const { client, events, sent } = scriptApi([ok(), Response.json({}, { status: 404 }), new Error('lost')], {
    maxRetries: 0,
  });
  // An id that is a token or a key is refused before it is sent.
  const refused = await client.users.get(id).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (refused !== undefined) {
    expect(refused).toMatchObject({ option: 'userId' });
    expect(unsafeTexts([refused])).toEqual([]);
    expect(sent).toEqual([]);
    return;
  }
  const errors = [await client.users.get(id).catch(String), await client.users.get(id).catch((error) => error)];
  expect(events).toHaveLength(3);
  expect(unsafeTexts(events)).toEqual([]);
  expect(unsafeTexts(errors)).toEqual([]);
  for (const { url } of sent) expect(url.pathname).toBe(`/api/server/v1/users/${encodeURIComponent(id)}`);
});

test('[35] an ordinary id is reported as it is', async () => {
  const { client, events } = scriptApi([ok()]);
  await client.users.get('01931a73-8b00-7000-8000-000000000000');
  expect(events[0]?.path).toBe('/api/server/v1/users/01931a73-8b00-7000-8000-000000000000');
});
