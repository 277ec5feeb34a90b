import { torii } from '../../torii';

export const GET = torii.withAuth((_request, { auth }) => {
  const { userId, environmentId, organization } = auth;
  return Response.json({ userId, environmentId, organization });
});
