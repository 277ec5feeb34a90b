import { userNamed } from '../control/named-user.ts';
import type { ControlSubject } from '../control/operation.ts';
import { storing } from '../database/storage-errors.ts';
import type { Environment } from '../environment.ts';
import type { Faults, FaultTarget } from '../faults/faults.ts';
import { faultPresets } from '../faults/presets.ts';
import { requireFields } from '../fields.ts';
import { Problem } from '../http/problem.ts';
import type { ImpersonationState } from '../impersonation/impersonations.ts';
import { parseInvitation } from '../invitations/input.ts';
import { bagRules, type TwoBags } from '../metadata/two-bags.ts';
import { parseMember, parseOrganization, parseRole } from '../organizations/input.ts';
import { editUserFields, newUserFields, parseUser } from '../users/input.ts';
import { type FormFields, formFields } from './form-fields.ts';
import { userInputFrom } from './sections/users/fields.ts';

/** Does something, and returns the page to show next, below the dashboard. `undefined` shows the same page again. */
type Action = (subject: ControlSubject, fields: FormFields) => unknown;

const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  [
    'create-user',
    async ({ environment }, fields) => {
      const { id } = await environment.users.create(parseUser(userInputFrom(fields), newUserFields));
      return `users/${id}`;
    },
  ],
  [
    'edit-user',
    async ({ environment }, fields) => {
      const id = userOf(environment, fields.text('user'));
      await environment.users.edit(id, parseUser(userInputFrom(fields), editUserFields));
    },
  ],
  ['ban', ({ environment }, { text }) => void environment.users.ban(userOf(environment, text('user')))],
  ['unban', ({ environment }, { text }) => void environment.users.unban(userOf(environment, text('user')))],
  [
    'delete-user',
    ({ environment }, { text }) => {
      environment.users.delete(userOf(environment, text('user')));
      return 'users';
    },
  ],
  ['revoke', ({ environment }, { text }) => environment.sessions.revoke(text('session'))],
  ['revoke-all', ({ environment }, { text }) => environment.sessions.revokeAll(userOf(environment, text('user')))],
  [
    'create-organization',
    ({ environment }, fields) => {
      const { text } = fields;
      const slug = text('slug').trim();
      const input = { name: text('name'), ...(slug !== '' && { slug }), ...bagsFrom(fields) };
      return `organizations/${environment.organizations.create(parseOrganization(input)).id}`;
    },
  ],
  [
    'edit-organization',
    ({ environment: { organizations } }, fields) => {
      organizations.replaceMetadata(
        fields.text('organization'),
        requireFields('organization_invalid', 'Metadata', bagsFrom(fields), bagRules),
      );
    },
  ],
  [
    'add-member',
    ({ environment }, { text }) => {
      const member = { userId: userNamed(environment, text('member').trim()).id, role: text('role') };
      environment.organizations.addMember(text('organization'), parseMember(member));
    },
  ],
  [
    'set-role',
    ({ environment }, { text }) => {
      environment.organizations.setRole(
        text('organization'),
        userNamed(environment, text('member').trim()).id,
        text('role'),
      );
    },
  ],
  [
    'remove-member',
    ({ environment }, { text }) => environment.organizations.removeMember(text('organization'), text('member')),
  ],
  [
    'create-role',
    ({ environment }, { text }) => {
      const name = text('name').trim();
      environment.organizations.createRole(parseRole({ key: text('key').trim(), name: name === '' ? null : name }));
    },
  ],
  [
    'create-invitation',
    ({ environment }, fields) => {
      const { text } = fields;
      const days = text('expiresInDays');
      const redirectUrl = text('redirectUrl').trim();
      environment.invitations.create(
        parseInvitation({
          email: text('email').trim(),
          ...(days !== '' && { expiresInDays: Number(days) }),
          ...(redirectUrl !== '' && { redirectUrl }),
          ...bagsFrom(fields),
        }),
      );
    },
  ],
  ['resend-invitation', ({ environment }, { text }) => void environment.invitations.resend(text('invitation'))],
  ['revoke-invitation', ({ environment }, { text }) => environment.invitations.revoke(text('invitation'))],
  [
    'set-impersonation',
    ({ environment }, { text }) => environment.impersonations.setState(text('state') as ImpersonationState),
  ],
  ['add-origin', ({ environment }, { text }) => environment.allowedOrigins.add([text('origin').trim()])],
  [
    'remove-origin',
    ({ environment: { allowedOrigins } }, { text }) => {
      allowedOrigins.replace(allowedOrigins.list.filter((origin) => origin !== text('origin')));
    },
  ],
  ['rotate', async ({ environment }) => void (await environment.keys.rotate())],
  ['withdraw', ({ environment }, { text }) => environment.keys.withdraw([text('kid')])],
  ['add-webhook', ({ environment }, { text }) => void environment.webhooks.add({ url: text('url') })],
  ['remove-webhook', ({ environment }, { text }) => environment.webhooks.remove(text('webhook'))],
  ['enable-webhook', ({ environment }, { text }) => environment.webhooks.enable(text('webhook'))],
  ['redeliver', ({ environment }, { text }) => environment.webhooks.outbox.redeliver(text('event'))],
  ['advance', ({ clock }, { text }) => clock.advance(Number(text('amount')) * Number(text('unit')))],
  ['reset-clock', ({ clock }) => clock.reset()],
  ['inject', ({ faults }, { text }) => inject(faults, text)],
  ['recover', ({ faults }, { text }) => faults.recover(text('surface') as FaultTarget)],
]);

export async function act(subject: ControlSubject, form: URLSearchParams): Promise<string | undefined> {
  const action = actions.get(form.get('action') ?? '');
  if (action === undefined)
    throw new Problem(400, 'action_unknown', 'This action does not exist. Reload the dashboard.');
  const next = await storing(async () => action(subject, formFields(form)));
  return typeof next === 'string' ? next : undefined;
}

function inject(faults: Faults, text: FormFields['text']): void {
  const preset = faultPresets.find(({ name }) => name === text('fault'));
  if (preset === undefined) throw new Problem(400, 'fault_unknown', 'This fault does not exist. Reload the dashboard.');
  const times = text('times');
  preset.inject(faults, text('surface') as FaultTarget, times === '' ? {} : { times: Number(times) });
}

function bagsFrom({ bag }: FormFields): TwoBags {
  return { publicMetadata: bag('publicMetadata'), privateMetadata: bag('privateMetadata') };
}

function userOf({ users }: Environment, id: string): string {
  // The user may have been deleted since the page was loaded.
  if (users.standing(id) !== 'here') throw new Problem(404, 'user_not_found', 'This user no longer exists.');
  return id;
}
