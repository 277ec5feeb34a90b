import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Emulator,
  type EmulatorEnvironment,
  type Organization,
  type OrganizationMember,
  startEmulator,
  type User,
} from '../src/index.ts';
import { callApi, unknownId } from './rest.ts';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

let torii: Emulator;
let acme: EmulatorEnvironment;
let organization: Organization;
let user: User;
let count = 0;
beforeAll(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }, { name: 'many' }] });
  acme = torii.environment('acme');
});
beforeEach(async () => {
  count += 1;
  user = await torii.createUser({ email: `user${count}@example.com`, name: `User ${count}` });
  organization = await torii.createOrganization({ name: 'Acme', members: [{ userId: user.id }] });
});
afterAll(() => torii.stop());

const get = <Body>(path: string, environment: EmulatorEnvironment = torii) => callApi<Body>(environment, 'GET', path);

/** Walks through all pages of a listing. */
async function walk<Item>(environment: EmulatorEnvironment, path: string, limit: number): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `${path.includes('?') ? '&' : '?'}limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`;
    const { body }: { readonly body: Page<Item> } = await get<Page<Item>>(path + query, environment);
    expect(body.hasMore).toBe(body.nextCursor !== null);
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

test('creates an organization with members, and the API returns both', async () => {
  const created = await torii.createOrganization({
    name: 'Globex',
    slug: `globex-${count}`,
    publicMetadata: { plan: 'pro' },
    privateMetadata: { customer: 'c1' },
    members: [{ userId: user.id, role: 'org:administrator', publicMetadata: { title: 'Owner' } }],
  });
  expect(created).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{14}7/),
    name: 'Globex',
    slug: `globex-${count}`,
    roleSetId: null,
    publicMetadata: { plan: 'pro' },
    privateMetadata: { customer: 'c1' },
    createdAt: expect.any(String),
  });
  expect((await get(`/organizations/${created.id.toUpperCase()}`)).body).toEqual(created);
  const { body: members } = await get<Page<OrganizationMember>>(`/organizations/${created.id}/members`);
  const membership = {
    role: 'org:administrator',
    roleName: 'Administrator',
    publicMetadata: { title: 'Owner' },
    privateMetadata: {},
    joinedAt: expect.any(String),
  };
  expect(members.items).toEqual([{ organizationId: created.id, userId: user.id, ...membership }]);
  const { body: organizations } = await get<Page<unknown>>(`/users/${user.id}/organizations`);
  expect(organizations.items).toEqual([
    { organizationId: created.id, name: 'Globex', slug: `globex-${count}`, ...membership },
    expect.objectContaining({ organizationId: organization.id, role: 'org:member', roleName: 'Member' }),
  ]);
});

test('changes the role of a member, and removes a member', async () => {
  const other = await torii.createUser();
  await torii.addMember(organization.id, { userId: other.id });
  const changed = await torii.setRole(organization.id, other.id, 'org:administrator');
  expect(changed).toMatchObject({ userId: other.id, role: 'org:administrator' });
  await torii.removeMember(organization.id, user.id);
  const { body } = await get<Page<OrganizationMember>>(`/organizations/${organization.id}/members`);
  expect(body.items).toEqual([changed]);
});

test('knows a role once it was created', async () => {
  const key = `org:editor-${count}`;
  await expect(torii.setRole(organization.id, user.id, key)).rejects.toMatchObject({ code: 'role_unknown' });
  await torii.createRole({ key, name: 'Editor' });
  expect(await torii.setRole(organization.id, user.id, key)).toMatchObject({ role: key, roleName: 'Editor' });
  await torii.createRole({ key });
  expect(torii.roles).toContainEqual({ key, name: null });
  expect(acme.roles.map((role) => role.key)).toEqual(['org:administrator', 'org:member']);
});

const bigBag = { text: 'x'.repeat(8192) };

test.each<[string, string, () => Promise<unknown>]>([
  ['without a name', 'organization_invalid', () => torii.createOrganization({} as never)],
  ['with an empty name', 'organization_invalid', () => torii.createOrganization({ name: ' ' })],
  ['with a name that is a number', 'organization_invalid', () => torii.createOrganization({ name: 7 as never })],
  ['that is null', 'organization_invalid', () => torii.createOrganization(null as never)],
  ['with an unknown field', 'organization_invalid', () => torii.createOrganization({ name: 'A', owner: '' } as never)],
  [
    'with a slug with capital letters',
    'organization_invalid',
    () => torii.createOrganization({ name: 'A', slug: 'A' }),
  ],
  ['with a slug that is a path', 'organization_invalid', () => torii.createOrganization({ name: 'A', slug: '../a' })],
  ['with an empty slug', 'organization_invalid', () => torii.createOrganization({ name: 'A', slug: '' })],
  [
    'with members that are not a list',
    'organization_invalid',
    () => torii.createOrganization({ name: 'A', members: {} as never }),
  ],
  [
    'with a member that is null',
    'organization_invalid',
    () => torii.createOrganization({ name: 'A', members: [null as never] }),
  ],
  [
    'with a member without an id',
    'organization_invalid',
    () => torii.createOrganization({ name: 'A', members: [{} as never] }),
  ],
  [
    'with a member who does not exist',
    'user_unknown',
    () => torii.createOrganization({ name: 'A', members: [{ userId: unknownId }] }),
  ],
  [
    'with a role that does not exist',
    'role_unknown',
    () => torii.createOrganization({ name: 'A', members: [{ userId: user.id, role: 'org:owner' }] }),
  ],
  [
    'with a role of Object.prototype',
    'role_unknown',
    () => torii.createOrganization({ name: 'A', members: [{ userId: user.id, role: 'constructor' }] }),
  ],
  [
    'with metadata that is a list',
    'organization_invalid',
    () => torii.createOrganization({ name: 'A', publicMetadata: [] as never }),
  ],
  [
    'with metadata over 8 KB',
    'metadata_too_large',
    () => torii.createOrganization({ name: 'A', privateMetadata: bigBag }),
  ],
])('refuses an organization %s, and creates none', async (_name, code, create) => {
  const before = await walk(torii, '/organizations', 100);
  await expect(create()).rejects.toMatchObject({ code });
  expect(await walk(torii, '/organizations', 100)).toEqual(before);
});

test('refuses a member twice, in any case of the id', async () => {
  const members = [{ userId: user.id }, { userId: user.id.toUpperCase() }];
  await expect(torii.createOrganization({ name: 'A', members })).rejects.toMatchObject({
    code: 'organization_invalid',
  });
  await expect(torii.addMember(organization.id, { userId: user.id.toUpperCase() })).rejects.toMatchObject({
    code: 'member_exists',
  });
});

test('refuses a user of another environment and a deleted user as members', async () => {
  const stranger = await acme.createUser();
  const gone = await torii.createUser();
  await callApi(torii, 'DELETE', `/users/${gone.id}`);
  for (const userId of [stranger.id, gone.id]) {
    await expect(torii.addMember(organization.id, { userId })).rejects.toMatchObject({ code: 'user_unknown' });
  }
});

test('refuses a slug twice in an environment, and allows it in two environments', async () => {
  const slug = `twice-${count}`;
  await torii.createOrganization({ name: 'A', slug });
  await expect(torii.createOrganization({ name: 'B', slug })).rejects.toMatchObject({ code: 'slug_taken' });
  expect(await acme.createOrganization({ name: 'C', slug })).toMatchObject({ slug });
});

test.each<[string, (organizationId: string, userId: string) => Promise<unknown>]>([
  ['addMember', (organizationId, userId) => torii.addMember(organizationId, { userId })],
  ['setRole', (organizationId, userId) => torii.setRole(organizationId, userId, 'org:member')],
  ['removeMember', (organizationId, userId) => torii.removeMember(organizationId, userId)],
])('%s refuses an organization that does not exist or belongs to another environment', async (_name, act) => {
  const foreign = await acme.createOrganization({ name: 'Foreign' });
  for (const id of [unknownId, foreign.id, '', undefined as unknown as string]) {
    await expect(act(id, user.id)).rejects.toMatchObject({ code: 'organization_unknown' });
  }
});

test.each<[string, (userId: string) => Promise<unknown>]>([
  ['setRole', (userId) => torii.setRole(organization.id, userId, 'org:member')],
  ['removeMember', (userId) => torii.removeMember(organization.id, userId)],
])('%s refuses a user who is not a member', async (_name, act) => {
  const other = await torii.createUser();
  for (const id of [other.id, unknownId, '', null as unknown as string]) {
    await expect(act(id)).rejects.toMatchObject({ code: 'member_unknown' });
  }
});

test.each<[string, unknown]>([
  ['without a key', {}],
  ['with a key with a space', { key: 'org: editor' }],
  ['with an empty name', { key: 'org:editor', name: '' }],
  ['that is a text', 'org:editor'],
])('refuses a role %s', async (_name, role) => {
  await expect(torii.createRole(role as never)).rejects.toMatchObject({ code: 'organization_invalid' });
});

test.each(['GET /organizations/ID', 'GET /organizations/ID/members', 'PATCH /organizations/ID/metadata'])(
  'answers 404 alike for an organization of another environment and for none at all: %s',
  async (operation) => {
    const foreign = await acme.createOrganization({ name: 'Foreign' });
    const [method = '', path = ''] = operation.split(' ');
    const answers = [];
    for (const id of [unknownId, foreign.id]) {
      const body = method === 'PATCH' ? { publicMetadata: {} } : undefined;
      const answer = await callApi(torii, method, path.replace('ID', id), body);
      answers.push([answer.status, answer.body.properties.code, answer.body.detail]);
    }
    expect(answers[0]).toEqual([404, 'organization_not_found', expect.any(String)]);
    expect(answers[1]).toEqual(answers[0]);
  },
);

test('answers 403 alike for the organizations of a foreign, a deleted and an unknown user', async () => {
  const foreign = await acme.createUser();
  await acme.createOrganization({ name: 'Foreign', members: [{ userId: foreign.id }] });
  const gone = await torii.createUser();
  await callApi(torii, 'DELETE', `/users/${gone.id}`);
  const answers = [];
  for (const id of [unknownId, foreign.id, gone.id]) {
    const { status, body } = await callApi(torii, 'GET', `/users/${id}/organizations`);
    answers.push(JSON.stringify([status, body.properties.code, body.detail]));
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toContain('403');
});

test('the memberships of a deleted user end', async () => {
  await callApi(torii, 'DELETE', `/users/${user.id}`);
  const { body } = await get<Page<unknown>>(`/organizations/${organization.id}/members`);
  expect(body.items).toEqual([]);
  const patch = await callApi(torii, 'PATCH', `/organizations/${organization.id}/members/${user.id}/metadata`, {
    publicMetadata: {},
  });
  expect([patch.status, patch.body.properties.code]).toEqual([404, 'member_not_found']);
});

test('finds organizations by a part of their name in any case, and treats wildcards as text', async () => {
  await torii.createOrganization({ name: `Ærø 100%_${count}` });
  const found = async (name: string) =>
    (await walk<Organization>(torii, `/organizations?name=${encodeURIComponent(name)}`, 100)).map((each) => each.name);
  expect(await found(`æRØ 100%_${count}`)).toEqual([`Ærø 100%_${count}`]);
  expect(await found(`${count}' OR 1=1`)).toEqual([]);
  expect(await found(`_100_${count}`)).toEqual([]);
});

test.each([1, 2, 3, 100])('lists organizations, members and memberships in pages of %i, each once', async (limit) => {
  const many = torii.environment('many');
  if ((await walk(many, '/organizations', 100)).length === 0) {
    const users = [];
    for (let index = 0; index < 5; index++) users.push(await many.createUser());
    const members = users.toReversed().map(({ id }) => ({ userId: id }));
    for (let index = 0; index < 5; index++) await many.createOrganization({ name: `Organization ${index}`, members });
  }
  const organizations = await walk<Organization>(many, '/organizations', limit);
  expect(organizations.map(({ name }) => name)).toEqual([4, 3, 2, 1, 0].map((index) => `Organization ${index}`));
  const [first] = organizations;
  const members = await walk<OrganizationMember>(many, `/organizations/${first?.id}/members`, limit);
  const ids = members.map(({ userId }) => userId);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(5);
  const memberships = await walk<OrganizationMember>(many, `/users/${ids[0]}/organizations`, limit);
  expect(memberships.map((each) => each.organizationId)).toEqual(organizations.map(({ id }) => id));
});

test.each<[string, string]>([
  ['/organizations', 'cursor=abc'],
  ['/organizations', `cursor=${unknownId}`],
  ['/organizations', 'limit=ten'],
  ['/organizations', 'limit=1&limit=2'],
  ['/organizations', 'query=acme'],
  ['/organizations/ORGANIZATION/members', `cursor=${unknownId}`],
  ['/organizations/ORGANIZATION/members', 'cursor=ORGANIZATION'],
  ['/users/USER/organizations', `cursor=${unknownId}`],
  ['/users/USER/organizations', 'cursor=USER'],
])('responds with 400 to %s?%s', async (path, query) => {
  const filled = `${path}?${query}`.replaceAll('ORGANIZATION', organization.id).replaceAll('USER', user.id);
  const { status, body } = await callApi(torii, 'GET', filled);
  expect([status, body.properties.code]).toEqual([400, 'invalid_request']);
});

test('refuses a cursor of another environment', async () => {
  const foreign = await acme.createOrganization({ name: 'Foreign' });
  expect((await callApi(torii, 'GET', `/organizations?cursor=${foreign.id}`)).status).toBe(400);
});

test.each([
  ['0', 1],
  ['-1', 1],
  ['101', 3],
])('moves a limit of %s into the range from 1 to 100', async (limit, atLeast) => {
  await torii.createOrganization({ name: 'B' });
  await torii.createOrganization({ name: 'C' });
  const { status, body } = await get<Page<unknown>>(`/organizations?limit=${limit}`);
  expect(status).toBe(200);
  expect(atLeast === 1 ? body.items.length === 1 : body.items.length >= atLeast).toBe(true);
});

test('the user search finds the members of an organization, and nobody of a foreign one', async () => {
  const foreign = await acme.createOrganization({
    name: 'Foreign',
    members: [{ userId: (await acme.createUser()).id }],
  });
  const found = async (filter: unknown) => {
    const { body } = await callApi<Page<User>>(torii, 'POST', '/users/search', filter);
    return body.items.map(({ id }) => id);
  };
  expect(await found({ organizationId: organization.id.toUpperCase() })).toEqual([user.id]);
  expect(await found({ organizationId: organization.id, name: 'nobody' })).toEqual([]);
  expect(await found({ organizationId: foreign.id })).toEqual([]);
  expect(await found({ organizationId: unknownId })).toEqual([]);
  await torii.removeMember(organization.id, user.id);
  expect(await found({ organizationId: organization.id })).toEqual([]);
});
