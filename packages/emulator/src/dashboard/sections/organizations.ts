import { html } from 'hono/html';
import type { OrganizationMember } from '../../organizations/organization.ts';
import type { Html } from '../../pages/page.ts';
import type { View } from '../view.ts';
import {
  actionButton,
  copyable,
  day,
  emptyNote,
  foldedForm,
  inputField,
  jsonField,
  nameOf,
  section,
} from './elements.ts';
import { roleField } from './user.ts';

const shown = 100;

export function organizationsPage(view: View): Html {
  const { organizations } = view.subject.environment;
  const name = view.query('name');
  const { items, hasMore } = organizations.list({ limit: shown, name: name === '' ? undefined : name });
  return html`${section({
    id: 'organizations',
    title: 'Organizations',
    about:
      'The companies or teams that users belong to. A token names the active organization and the user’s role in it.',
    top: html`
      ${foldedForm(
        view,
        'create-organization',
        'Add an organization',
        html`${inputField(view, 'create-organization', { name: 'name', label: 'Name', required: true })}
          ${inputField(view, 'create-organization', { name: 'slug', label: 'Slug', hint: 'For URLs, such as acme. Optional.' })}
          ${bagFields(view, 'create-organization')}
          <div class="wide"><button name="action" value="create-organization" class="primary">Add the organization</button></div>`,
      )}
      <form method="get" class="inline">
        <label for="name">Name contains</label>
        <input id="name" name="name" value="${name}">
        <button>Search</button>
      </form>`,
    live: html`
      ${items.length === 0 && emptyNote(name === '' ? 'No organizations yet.' : 'No organizations found.')}
      <ul class="rows">${items.map(
        (each) => html`<li>
          <div>
            <a href="${view.link(`organizations/${each.id}`)}"><strong>${each.name}</strong></a>
            <br><span class="muted">${each.slug !== null && html`${each.slug} · `}${copyable(each.id, `the id of ${each.name}`)}</span>
          </div>
        </li>`,
      )}</ul>
      ${hasMore && emptyNote('There are more. Search for them.')}`,
  })}
  ${rolesSection(view)}`;
}

function rolesSection(view: View): Html {
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

export function organizationPage(view: View, id: string): Html {
  const { organizations } = view.subject.environment;
  const organization = organizations.get(id);
  const { items, hasMore } = organizations.membersOf(id, { limit: shown });
  return html`
    <p><a href="${view.link('organizations')}">All organizations</a></p>
    ${section({
      id: 'organization',
      title: organization.name,
      live: html`<dl class="facts">
        <dt>Id</dt><dd>${copyable(id, 'the organization id')}</dd>
        ${organization.slug !== null && html`<dt>Slug</dt><dd>${copyable(organization.slug, 'the slug')}</dd>`}
        <dt>Created</dt><dd>${day(organization.createdAt)}</dd>
      </dl>`,
    })}
    ${section({
      id: 'members',
      title: 'Members',
      live: html`${items.length === 0 ? emptyNote('No members yet.') : html`<ul class="rows">${items.map((member) => memberRow(view, member))}</ul>`}
        ${hasMore && emptyNote('There are more. The REST API lists them all.')}`,
      still: html`
        ${foldedForm(
          view,
          'add-member',
          'Add a member',
          html`<input type="hidden" name="organization" value="${id}">
            ${inputField(view, 'add-member', { name: 'member', label: 'User', hint: 'The email or the id of a user.', required: true })}
            ${roleField(view, 'add-member')}
            <div class="wide"><button name="action" value="add-member" class="primary">Add the member</button></div>`,
        )}
        ${
          items.length > 0 &&
          foldedForm(
            view,
            'set-role',
            'Change the role of a member',
            html`<input type="hidden" name="organization" value="${id}">
              ${inputField(view, 'set-role', { name: 'member', label: 'Member', hint: 'The email or the id of the user.', required: true })}
              ${roleField(view, 'set-role')}
              <div class="wide"><button name="action" value="set-role">Change the role</button></div>`,
          )
        }`,
    })}
    ${section({
      id: 'organization-metadata',
      title: 'Metadata',
      still: html`<form method="post" class="fields">
        <input type="hidden" name="organization" value="${id}">
        ${bagFields(view, 'edit-organization', organization)}
        <div class="wide"><button name="action" value="edit-organization" class="primary">Save</button></div>
      </form>`,
    })}`;
}

function memberRow(view: View, { organizationId, userId, role, roleName, joinedAt }: OrganizationMember): Html {
  const user = view.subject.environment.users.get(userId);
  return html`<li>
    <div>
      <a href="${view.link(`users/${userId}`)}">${nameOf(user)}</a>
      <br><span class="muted">${roleName ?? role} <code>${role}</code> · since ${day(joinedAt)} ·
        <a href="${view.link(`tokens?${new URLSearchParams({ user: user.email ?? userId, organization: organizationId, role })}`)}">create a token</a></span>
    </div>
    ${actionButton('remove-member', 'Remove', { organization: organizationId, member: userId }, `Remove ${nameOf(user)}`)}
  </li>`;
}

const bags = [
  ['publicMetadata', 'Public metadata', 'JSON that browsers may read.'],
  ['privateMetadata', 'Private metadata', 'JSON that only your server may read.'],
] as const;

export function bagFields(
  view: View,
  action: string,
  stored?: { readonly publicMetadata: object; readonly privateMetadata: object },
): Html {
  return html`${bags.map(([name, label, hint]) => {
    const value = stored?.[name] ?? {};
    const isEmpty = Object.keys(value).length === 0;
    return jsonField(view, action, { name, label, hint, value: isEmpty ? '' : JSON.stringify(value, null, 2) });
  })}`;
}
