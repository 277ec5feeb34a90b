import { torii } from '../../torii';
import { Screen } from './screen';

export default async function Provider() {
  const auth = await torii.auth();
  return (
    <>
      <p id="server">{auth === null ? 'nobody' : `user in ${auth.organization?.id ?? 'no organization'}`}</p>
      <Screen />
    </>
  );
}
