import { html } from 'hono/html';
import type { OrganizationMember } from '../../../organizations/organization.ts';
import type { Html } from '../../../pages/page.ts';
import type { View } from '../../view.ts';
import { bagFields, twoBags } from '../bag-fields.ts';
import { actionButton, copyable, day, emptyNote, nameOf, section } from '../elements.ts';
import { foldedForm, inputField } from '../inputs.ts';
import { roleField } from './roles.ts';

const shown = 100;

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
        ${bagFields(view, 'edit-organization', twoBags, organization)}
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
