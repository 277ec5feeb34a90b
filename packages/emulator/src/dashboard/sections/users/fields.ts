import { html } from 'hono/html';
import type { Html } from '../../../pages/page.ts';
import type { NewUser } from '../../../users/input.ts';
import type { User } from '../../../users/user.ts';
import type { FormFields } from '../../form-fields.ts';
import type { View } from '../../view.ts';
import { bagFields, userBags } from '../bag-fields.ts';
import { checkField, inputField, selectField } from '../inputs.ts';

/** The fields of a user that the API no longer names. They stay editable. */
const olderFields = [
  ['name', 'Whole name'],
  ['phone', 'Phone'],
  ['address', 'Address'],
] as const;

/** The fields for a new user, or for changing an existing one. */
export function userFields(view: View, action: string, user?: User): Html {
  const of = (name: 'email' | 'firstName' | 'lastName' | 'phone' | 'address' | 'dateOfBirth' | 'name') =>
    user?.[name] ?? '';
  // `name` is computed from the first and the last name, unless it was written directly.
  const isComputed = user?.name === [user?.firstName, user?.lastName].filter((part) => part).join(' ');
  return html`
    ${inputField(view, action, { name: 'email', label: 'Email', type: 'email', value: of('email') })}
    ${inputField(view, action, {
      name: 'password',
      isSecret: true,
      label: user === undefined ? 'Password' : 'New password',
      hint:
        user === undefined
          ? 'At least 8 characters. Without one, the user cannot sign in.'
          : 'Leave it empty to keep the password.',
    })}
    ${inputField(view, action, { name: 'firstName', label: 'First name', value: of('firstName') })}
    ${inputField(view, action, { name: 'lastName', label: 'Last name', value: of('lastName') })}
    ${selectField(view, action, { name: 'locale', label: 'Language', value: user?.locale ?? '' }, [
      ['', 'not set'],
      ['en', 'English (en)'],
      ['da', 'Danish (da)'],
    ])}
    ${checkField(view, action, {
      name: 'emailVerified',
      label: 'The email is verified',
      checked: user === undefined || user.emailVerifiedAt !== null,
    })}
    ${bagFields(view, action, userBags, user)}
    <details class="folded wide">
      <summary>Older fields</summary>
      <div class="fields">
        ${olderFields.map(([name, label]) =>
          inputField(view, action, { name, label, value: name === 'name' && isComputed ? '' : of(name) }),
        )}
        ${inputField(view, action, {
          name: 'dateOfBirth',
          label: 'Date of birth',
          placeholder: 'YYYY-MM-DD',
          value: of('dateOfBirth'),
        })}
      </div>
    </details>`;
}

/** The user that a submitted form describes. An empty field clears the value, except for the password. */
export function userInputFrom({ text, bag }: FormFields): NewUser {
  const optional = (name: string) => (text(name).trim() === '' ? null : text(name).trim());
  return {
    email: optional('email'),
    ...(text('password') !== '' && { password: text('password') }),
    firstName: optional('firstName'),
    lastName: optional('lastName'),
    name: optional('name'),
    phone: optional('phone'),
    address: optional('address'),
    dateOfBirth: optional('dateOfBirth'),
    locale: optional('locale') as NewUser['locale'] & string,
    emailVerified: text('emailVerified') !== '',
    publicMetadata: bag('publicMetadata'),
    privateMetadata: bag('privateMetadata'),
    unsafeMetadata: bag('unsafeMetadata'),
  };
}
