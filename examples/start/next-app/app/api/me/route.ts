import { torii } from '../../../torii';

export const GET = torii.withAuth((_request, { auth }) => Response.json({ userId: auth.userId }));
