import { expectTypeOf, test } from 'vitest';
import {
  createToriiClient,
  type InvitationCreateParams,
  type MetadataObject,
  type MetadataTypes,
  Patch,
  type ToriiClient,
  type ToriiClientOptions,
  type User,
  type UserCreateParams,
  type UserUpdateMetadataParams,
} from '../src/index.ts';

interface AppMetadata {
  publicMetadata: { plan: 'free' | 'pro'; seats?: number; address?: { city: string; zip: string }; tags?: string[] };
  privateMetadata: { customerId?: string };
  organization: { publicMetadata: { tier: number } };
  membership: { privateMetadata: { costCenter: string } };
  invitation: { publicMetadata: { source: string } };
}

declare const options: ToriiClientOptions;
declare const untyped: ToriiClient;
const client = createToriiClient<AppMetadata>(options);

test('the metadata of a user has the given types wherever a user is returned', async () => {
  const simple = createToriiClient<{ publicMetadata: { plan: string } }>(options);
  expectTypeOf((await simple.users.get('ada')).publicMetadata.plan).toEqualTypeOf<string>();
  expectTypeOf((await client.users.get('ada')).publicMetadata.plan).toEqualTypeOf<'free' | 'pro'>();
  expectTypeOf((await client.users.create({})).privateMetadata.customerId).toEqualTypeOf<string | undefined>();
  expectTypeOf((await client.users.ban('ada')).publicMetadata).toEqualTypeOf<AppMetadata['publicMetadata']>();
  expectTypeOf((await client.users.updateMetadata('ada', {})).publicMetadata.seats).toEqualTypeOf<number | undefined>();
  for await (const { publicMetadata } of client.users.list()) {
    expectTypeOf(publicMetadata.plan).toEqualTypeOf<'free' | 'pro'>();
  }
  const { items } = await client.users.list();
  expectTypeOf(items[0]?.publicMetadata.plan).toEqualTypeOf<'free' | 'pro' | undefined>();
  const { data } = await client.users.get('ada').withResponse();
  expectTypeOf(data).toEqualTypeOf<User<AppMetadata>>();
  // @ts-expect-error no such key
  void data.publicMetadata.plann;
});

test('the other fields keep their types', async () => {
  const user = await client.users.get('ada');
  expectTypeOf(user.createdAt).toEqualTypeOf<string>();
  expectTypeOf(user.locale).toEqualTypeOf<User['locale']>();
  expectTypeOf(user.unsafeMetadata).toEqualTypeOf<MetadataObject>();
});

test('organizations, memberships and invitations have separate types', async () => {
  const organization = await client.organizations.get('o1');
  expectTypeOf(organization.publicMetadata.tier).toEqualTypeOf<number>();
  expectTypeOf(organization.privateMetadata).toEqualTypeOf<MetadataObject>();
  for await (const member of client.organizations.listMembers('o1')) {
    expectTypeOf(member.privateMetadata.costCenter).toEqualTypeOf<string>();
  }
  for await (const own of client.users.listOrganizations('ada')) {
    expectTypeOf(own.privateMetadata.costCenter).toEqualTypeOf<string>();
    expectTypeOf(own.publicMetadata).toEqualTypeOf<MetadataObject>();
  }
  expectTypeOf((await client.invitations.get('i1')).publicMetadata.source).toEqualTypeOf<string>();
});

test('a new user has whole metadata', () => {
  client.users.create({ publicMetadata: { plan: 'pro' }, unsafeMetadata: { theme: 'dark' } });
  client.users.create({ publicMetadata: undefined });
  client.invitations.create({ email: 'ada@example.com', publicMetadata: { source: 'mail' } });
  client.invitations.create({ email: 'ada@example.com' });
  // @ts-expect-error not a plan
  client.users.create({ publicMetadata: { plan: 'gold' } });
  // @ts-expect-error the plan is missing
  client.users.create({ publicMetadata: {} });
  // @ts-expect-error no such key
  client.users.create({ publicMetadata: { plan: 'pro', colour: 'red' } });
  // @ts-expect-error a whole bag cannot be null
  client.users.create({ publicMetadata: null });
  // @ts-expect-error a user has no such bag
  client.users.create({ metadata: {} });
  // @ts-expect-error the types of a user are not those of an invitation
  client.invitations.create({ email: 'ada@example.com', publicMetadata: { plan: 'pro' } });
});

test('a change of metadata has any part of it, and null removes a key', () => {
  client.users.updateMetadata('ada', { publicMetadata: { seats: 3 } });
  client.users.updateMetadata('ada', { publicMetadata: { plan: null, seats: undefined, address: { zip: null } } });
  client.users.updateMetadata('ada', { publicMetadata: { address: null, tags: ['a'] }, privateMetadata: undefined });
  client.users.update('ada', { unsafeMetadata: { theme: null } });
  client.organizations.updateMetadata('o1', { publicMetadata: { tier: 2 } });
  client.organizations.updateMemberMetadata('o1', 'ada', { privateMetadata: { costCenter: null } });
  client.invitations.updateMetadata('i1', { publicMetadata: { source: 'shop' } });
  // @ts-expect-error not a plan
  client.users.updateMetadata('ada', { publicMetadata: { plan: 'gold' } });
  // @ts-expect-error not a text
  client.users.updateMetadata('ada', { publicMetadata: { address: { city: 7 } } });
  // @ts-expect-error a list is replaced whole
  client.users.updateMetadata('ada', { publicMetadata: { tags: [null] } });
  // @ts-expect-error no such key
  client.users.updateMetadata('ada', { publicMetadata: { colour: 'red' } });
  // @ts-expect-error a whole bag cannot be null
  client.users.updateMetadata('ada', { publicMetadata: null });
  // @ts-expect-error a bag is merged, so a patch cannot set it
  client.users.updateMetadata('ada', { publicMetadata: Patch.set({ plan: 'pro' }) });
  // @ts-expect-error an organization has no such bag
  client.organizations.updateMetadata('o1', { unsafeMetadata: {} });
  // @ts-expect-error the types of a user are not those of an organization
  client.organizations.updateMetadata('o1', { publicMetadata: { plan: 'pro' } });
});

test('without a type argument, metadata is a JSON object', async () => {
  const user = await untyped.users.get('ada');
  expectTypeOf(user.publicMetadata).toEqualTypeOf<MetadataObject>();
  expectTypeOf(user.publicMetadata['plan']).toEqualTypeOf<unknown>();
  untyped.users.create({ publicMetadata: { plan: 'pro', seats: [1, { a: null }] } });
  untyped.users.updateMetadata('ada', { privateMetadata: { plan: null } });
  // @ts-expect-error not an object
  untyped.users.create({ publicMetadata: 'pro' });
  // @ts-expect-error a list is not an object
  untyped.users.create({ publicMetadata: ['pro'] });
  expectTypeOf(createToriiClient(options)).toEqualTypeOf<ToriiClient>();
  expectTypeOf(createToriiClient<{ publicMetadata: object }>(options).users.get).returns.resolves.toEqualTypeOf<
    User<{ publicMetadata: object }>
  >();
});

test('all keys may be optional, and metadata may be a union', async () => {
  const optional = createToriiClient<{ publicMetadata: { plan?: string } }>(options);
  expectTypeOf((await optional.users.get('ada')).publicMetadata.plan).toEqualTypeOf<string | undefined>();
  optional.users.create({ publicMetadata: {} });
  const union = createToriiClient<{ publicMetadata: { kind: 'a'; a: 1 } | { kind: 'b'; b: 2 } }>(options);
  const { publicMetadata } = await union.users.get('ada');
  if (publicMetadata.kind === 'a') expectTypeOf(publicMetadata.a).toEqualTypeOf<1>();
  const maybe = createToriiClient<{ publicMetadata?: { plan: string } }>(options);
  expectTypeOf((await maybe.users.get('ada')).publicMetadata.plan).toEqualTypeOf<string>();
});

test('types may be built on MetadataTypes, be open, recursive or branded', async () => {
  interface Own extends MetadataTypes {
    readonly publicMetadata: { readonly plan: string };
  }
  const own = createToriiClient<Own>(options);
  expectTypeOf((await own.users.get('ada')).publicMetadata.plan).toEqualTypeOf<string>();
  expectTypeOf((await own.organizations.get('o1')).publicMetadata).toEqualTypeOf<MetadataObject>();
  const open = createToriiClient<{ publicMetadata: Record<string, string> }>(options);
  open.users.updateMetadata('ada', { publicMetadata: { anything: 'x', other: null } });
  // @ts-expect-error not a text
  open.users.updateMetadata('ada', { publicMetadata: { anything: 7 } });
  interface Tree {
    readonly left?: Tree;
    readonly all?: readonly Tree[];
  }
  const tree = createToriiClient<{ publicMetadata: Tree }>(options);
  tree.users.updateMetadata('ada', { publicMetadata: { left: { left: null, all: [{}] } } });
  type CustomerId = string & { readonly brand: 'customer' };
  const branded = createToriiClient<{ privateMetadata: { id: CustomerId; any: unknown } }>(options);
  branded.users.updateMetadata('ada', { privateMetadata: { id: 'c7' as CustomerId, any: [1] } });
  // @ts-expect-error not branded
  branded.users.updateMetadata('ada', { privateMetadata: { id: 'c7' } });
});

test('a client with types is a client, and its types can be written down', () => {
  const takesAny = (any: ToriiClient): ToriiClient => any;
  takesAny(client);
  const typed: ToriiClient<AppMetadata> = createToriiClient(options);
  expectTypeOf(typed).toEqualTypeOf(client);
  expectTypeOf<Parameters<typeof client.users.create>[0]>().toEqualTypeOf<UserCreateParams<AppMetadata>>();
  const fields: UserUpdateMetadataParams<AppMetadata> = { publicMetadata: { plan: 'pro' } };
  client.users.updateMetadata('ada', fields);
  expectTypeOf<InvitationCreateParams['email']>().toEqualTypeOf<string>();
  expectTypeOf<User<AppMetadata>>().toExtend<User>();
});

test('a name or a type that would have no effect does not compile', () => {
  // @ts-expect-error a misspelled bag
  createToriiClient<{ publicMetadta: { plan: string } }>(options);
  // @ts-expect-error a misspelled bag beside a good one
  createToriiClient<{ publicMetadata: { plan: string }; privatMetadata: { a: string } }>(options);
  // @ts-expect-error a misspelled owner
  createToriiClient<{ publicMetadata: { plan: string }; organisation: { publicMetadata: { tier: number } } }>(options);
  // @ts-expect-error an organization has no such bag
  createToriiClient<{ organization: { unsafeMetadata: { a: string } } }>(options);
  // @ts-expect-error a bag is an object
  createToriiClient<{ publicMetadata: string }>(options);
  // @ts-expect-error a bag of an organization is an object, too
  createToriiClient<{ organization: { publicMetadata: string } }>(options);
});
