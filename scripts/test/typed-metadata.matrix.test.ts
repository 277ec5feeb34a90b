import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../spec/corrections.ts';
import { generateFiles } from '../generate/generate.ts';
import { tenOperations, twentySixOperations } from './fixtures.ts';
import { compileClient, writeClient } from './generated-client.ts';
import { withOtherNames } from './renamed-spec.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-metadata-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const program = `
import { createToriiClient, type ToriiClient, type User, type UserCreateParams } from './packages/api/src/index.ts';
interface App {
  publicMetadata: { plan: 'free' | 'pro'; address?: { city: string } };
  organization: { privateMetadata: { customerId: string } };
  membership: { publicMetadata: { title: string } };
  invitation: { publicMetadata: { source: string } };
}
const torii: ToriiClient<App> = createToriiClient<App>({ secretKey: 'sk_test_0123' });
const params: UserCreateParams<App> = { email: 'ada@example.com', publicMetadata: { plan: 'pro' } };
const user: User<App> = await torii.users.create(params);
export const texts: string[] = [
  user.publicMetadata.plan,
  (await torii.organizations.get('o1')).privateMetadata.customerId,
  (await torii.organizations.updateMemberMetadata('o1', 'ada', { publicMetadata: { title: null } })).publicMetadata.title,
  (await torii.invitations.get('i1')).publicMetadata.source,
];
for await (const { publicMetadata } of torii.users.list()) texts.push(publicMetadata.plan);
for await (const { publicMetadata } of torii.users.listOrganizations('ada')) texts.push(publicMetadata.title);
await torii.users.updateMetadata('ada', { publicMetadata: { plan: null, address: { city: null } } });
await torii.invitations.create({ email: 'bo@example.com' });
// @ts-expect-error not a plan
await torii.users.create({ publicMetadata: { plan: 'gold' } });
// @ts-expect-error not a plan
await torii.users.updateMetadata('ada', { publicMetadata: { plan: 'gold' } });
// @ts-expect-error no such key
user.publicMetadata.seats;
`;

const ten = readFileSync(tenOperations, 'utf8');
const twentySix = readFileSync(twentySixOperations, 'utf8');

/** The document without any `required` that names metadata. */
function withOptionalMetadata(text: string): JsonObject {
  return JSON.parse(text, (key, value) =>
    key === 'required' && Array.isArray(value) ? value.filter((name) => !String(name).endsWith('Metadata')) : value,
  );
}

test.each<[string, JsonObject]>([
  ['as it is published', JSON.parse(ten)],
  ['with 26 operations', JSON.parse(twentySix)],
  ['with 26 operations and other names', withOtherNames(twentySix)],
  ['in which no metadata is required', withOptionalMetadata(twentySix)],
])('an app’s own types of metadata compile with a specification %s', async (_name, published) => {
  await writeClient(folder, published, { program });
  expect(compileClient(folder)).toBe('');
});

test('a client without metadata compiles, and takes types of metadata without an effect', async () => {
  const plain = `
import { createToriiClient } from './packages/api/src/index.ts';
const torii = createToriiClient<{ publicMetadata: { plan: string } }>({ secretKey: 'sk_test_0123' });
await torii.users.get('ada');
`;
  await writeClient(folder, JSON.parse(ten), { program: plain, additions: [] });
  expect(compileClient(folder)).toBe('');
});

test('the client limits lists of ids although a specification names no limit', async () => {
  const text = twentySix.replaceAll(/"maxItems": *\d+,?/g, '');
  const users = (await generateFiles(JSON.parse(text))).get('packages/api/src/generated/users.ts');
  for (const field of ['userIds', 'emailAddresses']) expect(users).toContain(`${field}: { maxItems: 100 }`);
});

test('the client obeys a limit that a specification names', async () => {
  const published = JSON.parse(twentySix, (key, value) => (key === 'userIds' ? { ...value, maxItems: 50 } : value));
  const users = (await generateFiles(published)).get('packages/api/src/generated/users.ts');
  expect(users).toContain('userIds: { maxItems: 50 }');
});

test('the client sends no defaults that the server applies itself', async () => {
  const published = JSON.parse(twentySix, (key, value) =>
    key === 'expiresInSeconds' || key === 'expiresInDays' ? { ...value, default: 60 } : value,
  );
  for (const [path, text] of await generateFiles(published)) {
    if (path.startsWith('packages/api/src/generated/') && !path.endsWith('wire.ts')) expect(text).not.toContain(': 60');
  }
});
