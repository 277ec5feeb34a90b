import { Suspense } from 'react';
import { torii } from '../../../../torii';
import { secret, visit } from '../../../../visit';
import { checkOf, type Props } from '../../checks';

export default function Page({ params }: Props) {
  return (
    <main>
      <h1>The shell</h1>
      <Suspense fallback={<p>waiting</p>}>
        <Secret params={params} />
      </Suspense>
    </main>
  );
}

async function Secret({ params }: Props) {
  const { check } = await params;
  await torii.protect({ returnTo: `/refusals/suspense/${check}` }, checkOf(check));
  visit('suspense');
  return <p>{secret}</p>;
}
