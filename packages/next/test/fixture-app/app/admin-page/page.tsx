import { isAdmin } from '../../is-admin';
import { torii } from '../../torii';
import { secret, visit } from '../../visit';

export const instant = false;

export default async function AdminPage() {
  await torii.protect({ returnTo: '/admin-page' }, isAdmin);
  visit('admin page');
  return <p>{secret}</p>;
}
