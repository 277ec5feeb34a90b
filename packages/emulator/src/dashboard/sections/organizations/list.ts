import { html } from 'hono/html';
import type { Html } from '../../../pages/page.ts';
import type { View } from '../../view.ts';
import { bagFields, twoBags } from '../bag-fields.ts';
import { copyable, emptyNote, section } from '../elements.ts';
import { foldedForm, inputField } from '../inputs.ts';
import { rolesSection } from './roles.ts';

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
          ${bagFields(view, 'create-organization', twoBags)}
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
