import type { Answered } from '../answered.ts';
import type * as entities from '../generated/entities.ts';
import { type TwoBagColumns, twoBagsFrom } from '../metadata/two-bags.ts';

/** An invitation, in the format of the REST API, without its metadata. Every field is present. */
export interface Invitation extends Answered<entities.Invitation, 'acceptedAt' | 'revokedAt'> {}

/** An invitation, in the format of the REST API, with its metadata. */
export interface InvitationWithMetadata extends Answered<entities.InvitationWithMetadata, 'acceptedAt' | 'revokedAt'> {}

/** The state of an invitation. `EXPIRED` follows from the emulator's clock. */
export type InvitationStatus = Invitation['status'];

export interface InvitationRow extends TwoBagColumns {
  readonly id: string;
  readonly environment_id: string;
  readonly email: string;
  readonly email_key: string;
  readonly redirect_url: string | null;
  readonly status: InvitationStatus;
  readonly created_at: string;
  readonly expires_at: string;
  readonly accepted_at: string | null;
  readonly revoked_at: string | null;
}

export function invitationFrom(row: InvitationRow): Invitation {
  return {
    id: row.id,
    environmentId: row.environment_id,
    email: row.email,
    status: row.status,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    acceptedAt: row.accepted_at,
    revokedAt: row.revoked_at,
  };
}

export function withMetadataFrom(row: InvitationRow): InvitationWithMetadata {
  return { ...invitationFrom(row), ...twoBagsFrom(row) };
}
