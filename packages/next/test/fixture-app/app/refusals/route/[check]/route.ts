import { torii } from '../../../../torii';
import { secret, visit } from '../../../../visit';
import { checkOf } from '../../checks';

export const GET = torii.withAuth(
  () => {
    visit('route');
    return new Response(secret);
  },
  (auth, request) => checkOf(request.path?.split('/').at(-1) ?? '')(auth, request),
);
