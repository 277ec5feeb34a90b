import { isAdmin, torii } from '../../torii';
import { secret, visit } from '../../visit';

export default async function AdminPage() {
  await torii.protect({ returnTo: '/admin-page' }, isAdmin);
  visit('admin page');
  return <p>{secret}</p>;
}
