import { findBagFault, type Metadata, mergeBag, requireBudget } from './metadata.ts';

/** The bags of an organization, a membership or an invitation. */
export interface TwoBags {
  readonly publicMetadata: Metadata;
  readonly privateMetadata: Metadata;
}

export const bagRules: Readonly<Record<keyof TwoBags, typeof findBagFault>> = {
  publicMetadata: findBagFault,
  privateMetadata: findBagFault,
};

/** Merges a patch into the bags of one owner. A bag that is missing in the patch stays as it is. */
export function mergeTwoBags(stored: TwoBags, patch: Partial<TwoBags>): TwoBags {
  const publicMetadata = mergeBag(stored.publicMetadata, patch.publicMetadata);
  const privateMetadata = mergeBag(stored.privateMetadata, patch.privateMetadata);
  requireBudget('publicMetadata', [publicMetadata]);
  requireBudget('privateMetadata', [privateMetadata]);
  return { publicMetadata, privateMetadata };
}

export function newTwoBags(given: Partial<TwoBags>): TwoBags {
  return mergeTwoBags({ publicMetadata: {}, privateMetadata: {} }, given);
}

export interface TwoBagColumns {
  readonly public_metadata: string;
  readonly private_metadata: string;
}

export function twoBagsFrom(row: TwoBagColumns): TwoBags {
  return { publicMetadata: JSON.parse(row.public_metadata), privateMetadata: JSON.parse(row.private_metadata) };
}

/** The values of the columns `public_metadata` and `private_metadata`. */
export function columnsOf({ publicMetadata, privateMetadata }: TwoBags): readonly [string, string] {
  return [JSON.stringify(publicMetadata), JSON.stringify(privateMetadata)];
}
