import { auth } from '@clerk/nextjs/server';

export async function DELETE() {
  const { userId, has } = await auth();
  if (userId === null) return Response.json({ error: 'Unauthorized' }, { status: 401 });
  if (!has({ role: 'org:editor' })) return Response.json({ error: 'Forbidden' }, { status: 403 });
  return new Response(null, { status: 204 });
}
