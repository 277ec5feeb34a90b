import type { EmulatorErrorCode } from '@torii/emulator';
import type { Entry } from './entry.ts';

function entry(meaning: string, cause: string, remedy: string): Entry {
  return { meaning, causes: { usual: { cause, remedy } } };
}

/** The codes of an EmulatorError. */
export const emulatorCodes = {
  node_unsupported: entry('Node is too old', 'The emulator needs Node 22.13.', 'Update Node.'),
  option_invalid: entry(
    'an option is wrong',
    'An option of `startEmulator`, or a flag of `torii-emulator`, has a value that cannot be used.',
    'Write what the message says.',
  ),
  port_unusable: entry(
    'the port is in use or not allowed',
    'Another program, or an emulator that still runs, uses the port.',
    'End it, or choose another port: `--port`. With port 0, the system chooses one: `torii dev --port 0 -- npm start`.',
  ),
  database_unusable: entry(
    'the database file cannot be opened or written',
    'The file of `--data` is not writable, is not a database of the emulator, or was written by a newer version.',
    'Choose another file, or make it writable.',
  ),
  environment_unknown: entry(
    'no environment has this name',
    'The name was not created with `--environment` or the option `environments`.',
    'Create it, or use the name of one that exists.',
  ),
  key_unknown: entry(
    'no key has this `kid`',
    'The emulator never had this key, or it has forgotten it.',
    'See `keyIds` for the published ones.',
  ),
  user_invalid: entry(
    'a field of a user is wrong',
    'A field has a wrong type or format.',
    'Correct the fields that the message names.',
  ),
  email_taken: entry(
    'another user has this email address',
    'The user exists, for example from the seed or from a test before.',
    'Use another address, or reset the emulator between tests.',
  ),
  seed_invalid: entry(
    'the seed file is wrong',
    'The file is not JSON, or has a field that the emulator does not know.',
    'Correct the place that the message names.',
  ),
  event_unknown: entry('no event has this id', 'The id is wrong, or the emulator was reset.', 'List the events.'),
  webhook_unknown: entry(
    'no webhook has this id',
    'The id is wrong, or the webhook was removed.',
    'List the webhooks.',
  ),
  webhooks_waiting: entry(
    'deliveries are still waiting after the time limit',
    'Your server does not answer, or answers with an error, so the emulator tries again.',
    'Look at the deliveries on the dashboard of the emulator.',
  ),
  user_unknown: entry(
    'no user of this environment has this id or email',
    'The user was not created, or belongs to another environment.',
    'Create the user in this environment.',
  ),
  metadata_too_large: entry(
    'the merged metadata has more than 8 KB',
    'Metadata is merged, so what is stored counts too.',
    'Remove keys by setting them to `null`.',
  ),
  organization_invalid: entry(
    'a field of an organization, a member or a role is wrong',
    'A field has a wrong type or format.',
    'Correct the fields that the message names.',
  ),
  organization_unknown: entry(
    'no organization of this environment has this id',
    'The organization was not created, or belongs to another environment.',
    'Create it in this environment.',
  ),
  slug_taken: entry(
    'another organization has this slug',
    'The organization exists, for example from the seed.',
    'Use another slug.',
  ),
  role_unknown: entry(
    'the environment has no such role',
    'The role was not created.',
    'Create the role first, or use one that exists.',
  ),
  member_exists: entry(
    'the user is a member already',
    'The member was added twice.',
    'Change the role of the member instead.',
  ),
  member_unknown: entry(
    'the user is not a member',
    'The user was not added to the organization.',
    'Add the member first.',
  ),
  invitation_invalid: entry(
    'a field of an invitation or of its acceptance is wrong',
    'A field has a wrong type or format.',
    'Correct the fields that the message names.',
  ),
  invitation_unknown: entry(
    'no invitation has this id or link',
    'The id or the link is wrong.',
    'List the invitations.',
  ),
  invitation_pending: entry(
    'the email has a pending invitation already',
    'The person was invited before.',
    'Send that invitation again, or revoke it first.',
  ),
  invitation_not_pending: entry(
    'the invitation was accepted or revoked, or has expired; see `invitationStatus`',
    'The invitation has ended.',
    'Create a new one.',
  ),
  invitation_link_replaced: entry(
    'the invitation was sent again with a new link',
    'The link is from the first email.',
    'Use the newest link.',
  ),
  impersonation_invalid: entry(
    'a field of the request is wrong, or one of the users is banned or deleted',
    'The reason, the time or a user cannot be used.',
    'Correct what the message names.',
  ),
  impersonation_disabled: entry(
    'impersonation is switched off',
    'The environment does not allow it.',
    "Call `setImpersonation('enabled')`. On Torii, switch it on in the dashboard.",
  ),
  impersonation_quota_exceeded: entry(
    'the quota is used up',
    "A test called `setImpersonation('quota_exceeded')`, or the plan’s quota is used up.",
    "Call `setImpersonation('enabled')`.",
  ),
  impersonation_token_unknown: entry(
    'the token does not exist',
    'The link is wrong, or the emulator was reset.',
    'Create a new token.',
  ),
  impersonation_token_used: entry('the token was redeemed already', 'A token works once.', 'Create a new token.'),
  impersonation_token_expired: entry(
    'the token has expired, one of the users was banned since, or the clock was reset since',
    'A token is valid for ten minutes at most.',
    'Create a new token.',
  ),
  origin_invalid: entry(
    'an allowed origin is wrong',
    'It has a path, a wildcard or no scheme.',
    'Write a scheme and a host, such as `http://localhost:5173`.',
  ),
} satisfies Record<EmulatorErrorCode, Entry>;
