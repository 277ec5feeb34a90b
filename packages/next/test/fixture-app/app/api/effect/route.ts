import { torii } from '../../../torii';
import { visit } from '../../../visit';

// Not recommended: a route that changes data should use `withAuth`, because `auth` does not know the method.
async function handle(request: Request): Promise<Response> {
  const auth = await torii.auth();
  if (auth === null) return Response.json({ userId: null }, { status: 401 });
  visit(`effect of ${request.method}`);
  return Response.json({ userId: auth.userId });
}

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };
