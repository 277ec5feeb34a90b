import { torii } from '../../torii';
import { visit } from '../../visit';

const handle = torii.withAuth((_request, { auth }) => {
  visit('rest');
  return Response.json({ handler: 'rest', userId: auth.userId });
});

export { handle as DELETE, handle as GET, handle as OPTIONS, handle as PATCH, handle as POST, handle as PUT };
