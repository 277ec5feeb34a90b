import { torii } from '../../../torii';
import { visit } from '../../../visit';

// As no app should have it: `auth` cannot know the method, `withAuth` can.
async function handle(request: Request): Promise<Response> {
  const auth = await torii.auth();
  if (auth === null) return Response.json({ userId: null }, { status: 401 });
  visit(`effect of ${request.method}`);
  return Response.json({ userId: auth.userId });
}

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };
