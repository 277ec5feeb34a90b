import { isAdmin } from '../../is-admin';
import { torii } from '../../torii';
import { visit } from '../../visit';

export const GET = torii.withAuth((_request, { auth }) => {
  visit('/admin');
  return Response.json({ handler: '/admin', userId: auth.userId });
}, isAdmin);
