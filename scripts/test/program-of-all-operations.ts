/** A program of a user that calls all 26 operations. It must compile with every version of the specification. */
export const program: string = `
import { createToriiClient } from './packages/api/src/index.ts';
import type {
  Invitation, InvitationWithMetadata, Organization, OrganizationMember, Page, Session, User, UserImpersonationToken, UserOrganization,
} from './packages/api/src/index.ts';
const torii = createToriiClient({ secretKey: 'sk_test_0123' });
const ada = { firstName: 'Ada', lastName: null, publicMetadata: { plan: 'pro', limits: { seats: 3 } }, unsafeMetadata: {} };
const user: User = await torii.users.create({ email: 'ada@example.com', password: 'correct horse', ...ada });
const texts: (string | null | undefined)[] = [user.firstName, user.lastName, user.emailVerifiedAt, user.email, user.name];
const bags: object[] = [user.publicMetadata, user.privateMetadata, user.unsafeMetadata];
const dropped: (string | null | undefined)[] = [user.phone, user.address, user.dateOfBirth];
await torii.users.create({ name: 'Ada', phone: '+45', address: 'Copenhagen', dateOfBirth: '1815-12-10' });
await torii.users.update(user.id, { name: 'Ada', phone: null, address: null, dateOfBirth: null });
await torii.users.update(user.id, { firstName: 'Ada', lastName: null, locale: null, unsafeMetadata: { theme: 'dark' } });
if (user.status === 'pending_verification') await torii.users.list({ statuses: ['pending_verification'], email: null });
await torii.users.list({ userIds: [user.id], emailAddresses: ['ada@example.com'], organizationId: 'o1', limit: 5 });
const same: User = await torii.users.updateMetadata(user.id, { publicMetadata: { plan: null }, privateMetadata: { seats: 3 } });
const token: UserImpersonationToken = await torii.users.createImpersonationToken(user.id, { actorUserId: user.id, reason: 'A case.' });
token.token.concat(token.url ?? '');
for await (const mine of torii.users.listOrganizations(user.id)) {
  const { organizationId, role }: UserOrganization = mine;
  organizationId.concat(role, mine.roleName ?? '', mine.slug ?? '', mine.joinedAt);
}
const page: Page<Organization> = await torii.organizations.list({ name: 'acme', limit: 10 });
for (const { id } of page.items) {
  const organization: Organization = await torii.organizations.get(id);
  organization.name.concat(organization.slug ?? '', organization.roleSetId ?? '', organization.createdAt);
}
const changed: Organization = await torii.organizations.updateMetadata('o1', { privateMetadata: { a: null } });
for await (const each of torii.organizations.listMembers('o1', { limit: 100 })) each.userId.trim();
const member: OrganizationMember = await torii.organizations.updateMemberMetadata('o1', user.id, { publicMetadata: { a: 1 } });
for await (const each of torii.invitations.list({ status: ['PENDING', 'EXPIRED'], search: '@' })) {
  const invitation: Invitation = each;
  if (invitation.status === 'REVOKED') invitation.email.trim();
}
const made: Invitation = await torii.invitations.create({ email: 'ada@example.com' });
await torii.invitations.create({ email: 'ada@example.com', expiresInDays: 3, redirectUrl: 'https://app.example.com', publicMetadata: { a: 1 } });
const whole: InvitationWithMetadata = await torii.invitations.get(made.id);
const base: Invitation = whole;
await torii.invitations.updateMetadata(made.id, { publicMetadata: { a: null } });
const again: Invitation = await torii.invitations.resend(made.id);
const nothing: void = await torii.invitations.revoke(again.id);
const { origins } = await torii.allowedOrigins.replace({ origins: ['capacitor://localhost'] });
origins.concat((await torii.allowedOrigins.get()).origins);
const sessions: Session[] = await torii.sessions.listForUser(user.id);
for (const { id, activeOrganizationId, impersonatedBy } of sessions) {
  await torii.sessions.revoke(user.id, activeOrganizationId ?? impersonatedBy ?? id);
}
await torii.sessions.revokeAllForUser(user.id);
await torii.users.ban(user.id);
await torii.users.unban(user.id);
await torii.users.delete(user.id);
// @ts-expect-error the email is required
await torii.invitations.create({});
// @ts-expect-error the reason is required
await torii.users.createImpersonationToken(user.id, { actorUserId: user.id });
// @ts-expect-error not a status
torii.invitations.list({ status: ['LOST'] });
export { bags, base, changed, dropped, member, nothing, same, texts };
`;
