import { mergeBag, requireBudget } from '../metadata/metadata.ts';
import type { UserBags } from './user.ts';

export interface BagColumns {
  readonly public_metadata: string;
  readonly private_metadata: string;
  readonly unsafe_metadata: string;
}

export const noBags: UserBags = { publicMetadata: {}, privateMetadata: {}, unsafeMetadata: {} };

export function bagsFrom(row: BagColumns): UserBags {
  return {
    publicMetadata: JSON.parse(row.public_metadata),
    privateMetadata: JSON.parse(row.private_metadata),
    unsafeMetadata: JSON.parse(row.unsafe_metadata),
  };
}

/**
 * Merges a patch into the bags of a user. A bag that is missing in the patch stays as it is.
 *
 * @throws EmulatorError `metadata_too_large`
 */
export function mergeBags(stored: UserBags, patch: Partial<UserBags>): UserBags {
  const merged = {
    publicMetadata: mergeBag(stored.publicMetadata, patch.publicMetadata),
    privateMetadata: mergeBag(stored.privateMetadata, patch.privateMetadata),
    unsafeMetadata: mergeBag(stored.unsafeMetadata, patch.unsafeMetadata),
  };
  requireUserBudget(merged);
  return merged;
}

function requireUserBudget(bags: UserBags): void {
  requireBudget('The three bags of the user together', [
    bags.publicMetadata,
    bags.privateMetadata,
    bags.unsafeMetadata,
  ]);
}

export function bagColumns(bags: UserBags): BagColumns {
  return {
    public_metadata: JSON.stringify(bags.publicMetadata),
    private_metadata: JSON.stringify(bags.privateMetadata),
    unsafe_metadata: JSON.stringify(bags.unsafeMetadata),
  };
}
