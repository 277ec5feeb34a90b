import { torii } from '../../../torii';
import { visit } from '../../../visit';

// The same as /health, with a guard.
export const GET = torii.withAuth(() => {
  visit('guarded');
  return Response.json({ handler: 'public', userId: null });
});
