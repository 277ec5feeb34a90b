import { ToriiAuthError } from '@torii/next';
import { torii } from '../../torii';

export const GET = torii.withAuth(() => {
  throw new ToriiAuthError('token_expired', 'thrown by the app');
});
