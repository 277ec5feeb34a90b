import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testFetchRecipe } from '../../../../scripts/fetch-recipe.ts';
import { startFetchServer } from '../../../../scripts/fetch-server.ts';
import { bearer, send } from '../../../../scripts/http-exchange.ts';

const file = fileURLToPath(new URL('../src/recipe.ts', import.meta.url));
const { torii } = testFetchRecipe('workerd', file);

test.each(['', 'acme'])('with the issuer "%s", every request fails, and the output says why', async (issuer) => {
  await using server = await startFetchServer('workerd', file, { TORII_ISSUER: issuer });
  for (const path of ['/me', '/health']) {
    expect((await send(server, path, { headers: bearer(await torii().token()) })).status).toBe(500);
  }
  await expect.poll(server.output).toMatch(/ToriiConfigError.*`issuer`/);
});
