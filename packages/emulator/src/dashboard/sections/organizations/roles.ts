import { html } from 'hono/html';
import type { Html } from '../../../pages/page.ts';
import type { View } from '../../view.ts';
import { section } from '../elements.ts';
import { foldedForm, inputField, selectField } from '../inputs.ts';

export function rolesSection(view: View): Html {
  const { roles } = view.subject.environment.organizations;
  return section({
    id: 'roles',
    title: 'Roles',
    about: 'What a member of an organization can be. Your app decides what a role may do.',
    live: html`<ul class="rows">${roles.map(
      ({ key, name }) =>
        html`<li><div><code>${key}</code> ${name !== null && html`<span class="muted">${name}</span>`}</div></li>`,
    )}</ul>`,
    still: foldedForm(
      view,
      'create-role',
      'Add a role',
      html`${inputField(view, 'create-role', { name: 'key', label: 'Key', required: true, placeholder: 'org:editor' })}
        ${inputField(view, 'create-role', { name: 'name', label: 'Name' })}
        <div class="wide"><button name="action" value="create-role">Add the role</button></div>`,
    ),
  });
}

export function roleField(view: View, action: string, value = 'org:member'): Html {
  const { roles } = view.subject.environment.organizations;
  return selectField(
    view,
    action,
    { name: 'role', label: 'Role', value },
    roles.map(({ key, name }) => [key, name === null ? key : `${name} (${key})`]),
  );
}
