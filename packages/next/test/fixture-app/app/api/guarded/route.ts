import { torii } from '../../../torii';
import { visit } from '../../../visit';

// As /health, but for its guard.
export const GET = torii.withAuth(() => {
  visit('guarded');
  return Response.json({ handler: 'public', userId: null });
});
