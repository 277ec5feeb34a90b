import { torii } from '../../torii';
import { secret, visit } from '../../visit';
import { act, actAlone } from './actions';

// React types form actions as returning nothing. Here the result goes to the script that called the action.
type FormAction = () => Promise<void>;

export const instant = false;

export default async function Private() {
  const { userId } = await torii.protect({ returnTo: '/private?tab=1' });
  visit('page');
  return (
    <main>
      <p id="secret">{secret}</p>
      <p id="who">{userId}</p>
      <form action={act as unknown as FormAction}>
        <button type="submit">Act</button>
      </form>
      <form action={actAlone as unknown as FormAction}>
        <button type="submit">Act alone</button>
      </form>
    </main>
  );
}
