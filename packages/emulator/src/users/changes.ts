import { bagColumns, bagsFrom, mergeBags, noBags } from './bags.ts';
import type { NewUser } from './input.ts';
import { foldCase, nameKeyOf, type UserRow } from './record.ts';
import type { UserColumns } from './rows.ts';

const plainColumns = {
  name: 'name',
  firstName: 'first_name',
  lastName: 'last_name',
  phone: 'phone',
  locale: 'locale',
  address: 'address',
  dateOfBirth: 'date_of_birth',
} as const;

/**
 * The columns that a change of fields writes. A missing field stays as it is. A bag replaces the stored one.
 *
 * @throws EmulatorError `metadata_too_large`
 */
export function columnsFrom(
  row: UserRow,
  fields: Pick<NewUser, keyof typeof plainColumns | 'publicMetadata' | 'privateMetadata' | 'unsafeMetadata'>,
): UserColumns {
  const columns = new Map<string, string | null>();
  for (const [field, column] of Object.entries(plainColumns)) {
    const value = fields[field as keyof typeof plainColumns];
    if (value !== undefined) columns.set(column, value);
  }
  const { name = row.name, firstName = row.first_name, lastName = row.last_name } = fields;
  if (['name', 'first_name', 'last_name'].some((column) => columns.has(column))) {
    columns.set('name_key', nameKeyOf({ name, firstName, lastName }));
  }
  const stored = bagsFrom(row);
  const {
    publicMetadata = stored.publicMetadata,
    privateMetadata = stored.privateMetadata,
    unsafeMetadata = stored.unsafeMetadata,
  } = fields;
  const bags = bagColumns(mergeBags(noBags, { publicMetadata, privateMetadata, unsafeMetadata }));
  if (fields.publicMetadata !== undefined) columns.set('public_metadata', bags.public_metadata);
  if (fields.privateMetadata !== undefined) columns.set('private_metadata', bags.private_metadata);
  if (fields.unsafeMetadata !== undefined) columns.set('unsafe_metadata', bags.unsafe_metadata);
  return columns;
}

/** The columns of the email, with its verification. */
export function emailColumns(
  row: UserRow,
  { email = row.email, emailVerified = row.email_verified_at !== null }: Pick<NewUser, 'email' | 'emailVerified'>,
  now: string,
): UserColumns {
  const isVerified = email !== null && emailVerified;
  return new Map([
    ['email', email],
    ['email_key', email && foldCase(email)],
    ['email_verified_at', isVerified ? (row.email_verified_at ?? now) : null],
  ]);
}

/** Leaves out columns that do not change. */
export function withoutRepeats(row: UserRow, changes: UserColumns): UserColumns {
  const stored: Readonly<Record<string, unknown>> = { ...row };
  return new Map([...changes].filter(([column, value]) => stored[column] !== value));
}
