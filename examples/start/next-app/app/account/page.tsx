import { Suspense } from 'react';
import { SignOut } from '../../session';
import { torii } from '../../torii';

export default function Page() {
  return (
    <Suspense>
      <Account />
    </Suspense>
  );
}

async function Account() {
  const { userId } = await torii.protect({ returnTo: '/account' });
  return (
    <main>
      <h1>Hello, {userId}</h1>
      <SignOut />
    </main>
  );
}
