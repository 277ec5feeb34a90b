import { cookies, headers } from 'next/headers';

/** Shows all headers and cookies that the app's code sees. */
export async function GET(): Promise<Response> {
  return Response.json({ headers: [...(await headers())], cookies: (await cookies()).getAll() });
}
