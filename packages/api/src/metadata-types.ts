/** Metadata whose keys are not known: a JSON object. */
export interface MetadataObject {
  readonly [key: string]: unknown;
}

/** The types of the metadata of an organization, a membership or an invitation. */
export interface TwoBagTypes {
  /** The browser reads it, your server writes it. */
  readonly publicMetadata?: object;
  /** Only your server reads and writes it. */
  readonly privateMetadata?: object;
}

/**
 * The types of your own metadata, for `createToriiClient<…>()`. The client does not check them: mark a key as optional if a
 * user may lack it. Metadata is JSON, so a date is a string.
 * @example
 * interface AppMetadata {
 *   publicMetadata: { plan: 'free' | 'pro' };
 *   organization: { privateMetadata: { customerId?: string } };
 * }
 * const client = createToriiClient<AppMetadata>({ secretKey: process.env.TORII_SECRET_KEY });
 */
export interface MetadataTypes extends TwoBagTypes {
  /** The user reads and writes it, so do not trust it. */
  readonly unsafeMetadata?: object;
  readonly organization?: TwoBagTypes;
  /** The metadata of a user in one organization. */
  readonly membership?: TwoBagTypes;
  readonly invitation?: TwoBagTypes;
}

/** The same types, if every name is one of `MetadataTypes`: a misspelled name would have no effect. */
export type KnownMetadata<M> = MetadataTypes & {
  readonly [K in keyof M]: K extends 'organization' | 'membership' | 'invitation'
    ? { readonly [Bag in keyof M[K]]: Bag extends keyof TwoBagTypes ? object : never }
    : K extends keyof MetadataTypes
      ? object
      : never;
};

type TypeAt<M, K extends string> = M extends { readonly [P in K]?: infer T } ? Exclude<T, undefined> : unknown;

// `object`, the type in `MetadataTypes`, has no known keys.
type Bag<T> = T extends unknown ? ([keyof T] extends [never] ? MetadataObject : T) : never;

/** The public and the private bag of metadata. */
export interface TwoBags<M> {
  readonly publicMetadata: Bag<TypeAt<M, 'publicMetadata'>>;
  readonly privateMetadata: Bag<TypeAt<M, 'privateMetadata'>>;
}

/** The bags of metadata of a user. */
export interface UserBags<M> extends TwoBags<M> {
  readonly unsafeMetadata: Bag<TypeAt<M, 'unsafeMetadata'>>;
}

/** The bags of metadata of an organization. */
export type OrganizationBags<M> = TwoBags<TypeAt<M, 'organization'>>;

/** The bags of metadata of a user in one organization. */
export type MembershipBags<M> = TwoBags<TypeAt<M, 'membership'>>;

/** The bags of metadata of an invitation. */
export type InvitationBags<M> = TwoBags<TypeAt<M, 'invitation'>>;

/** A response with types for its metadata. The API always sends every bag, even if a specification does not require it. */
export type WithBags<T, Bags> = {
  // Not `Omit`, which forgets the known fields of a type that has any others.
  [K in keyof T as K extends keyof Bags ? never : K]: T[K];
} & {
  [K in keyof Pick<T, keyof T & keyof Bags>]-?: Bags[K & keyof Bags] | Extract<T[K], null>;
};

/**
 * Changes of metadata, which are merged into what is stored. A value sets a key, `null` removes it, and a key that is left
 * out or `undefined` stays as it is. Objects are merged key by key. Lists are replaced.
 */
export type MetadataPatch<T> = { readonly [K in keyof T]?: PatchOf<T[K]> | null | undefined };

// Texts first: a branded one, `string & { brand: 'id' }`, is an object for the compiler, too.
type PatchOf<V> = V extends string | number | boolean | readonly unknown[]
  ? V
  : V extends object
    ? MetadataPatch<V>
    : V;
