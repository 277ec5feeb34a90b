import { Suspense } from 'react';
import { askServices } from '../../services';
import { torii } from '../../torii';
import { askAsAction } from './actions';

export default function Onward() {
  return (
    <Suspense fallback={<p>One moment…</p>}>
      <Answers />
      <form action={askAsAction as unknown as () => Promise<void>}>
        <button type="submit">Ask</button>
      </form>
    </Suspense>
  );
}

async function Answers() {
  const token = await torii.getToken();
  const template = await torii.getToken({ template: 'chat' });
  return (
    <>
      <p id="answers">{await askServices(token)}</p>
      <p id="template">{await askServices(template)}</p>
    </>
  );
}
