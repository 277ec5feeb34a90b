import { visit } from '../../visit';

export const dynamic = 'force-dynamic';

export function GET(): Response {
  visit('public');
  return Response.json({ handler: 'public', userId: null });
}
