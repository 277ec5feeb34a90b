import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testFetchRecipe } from '../../../../scripts/fetch-recipe.ts';
import { startFetchServer } from '../../../../scripts/fetch-server.ts';

const file = fileURLToPath(new URL('../src/recipe.ts', import.meta.url));
testFetchRecipe('deno', file);

test.each(['', 'acme'])('with the issuer "%s", the server does not start, and says why', async (issuer) => {
  await expect(startFetchServer('deno', file, { TORII_ISSUER: issuer })).rejects.toThrow(/ToriiConfigError.*`issuer`/);
});
