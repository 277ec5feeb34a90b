import { torii } from '../../torii';
import { secret, visit } from '../../visit';
import { act, actAlone } from './actions';

export default async function Private() {
  const { userId } = await torii.protect({ returnTo: '/private?tab=1' });
  visit('page');
  return (
    <main>
      <p id="secret">{secret}</p>
      <p id="who">{userId}</p>
      <form action={act}>
        <button type="submit">Act</button>
      </form>
      <form action={actAlone}>
        <button type="submit">Act alone</button>
      </form>
    </main>
  );
}
