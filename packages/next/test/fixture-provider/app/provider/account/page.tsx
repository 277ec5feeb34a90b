import { torii } from '../../../torii';

export default async function Account() {
  const { userId } = await torii.protect({ returnTo: '/provider/account' });
  return <p id="account">{userId}</p>;
}
