import { Suspense } from 'react';
import { torii } from '../../../torii';

export default function Guarded() {
  return (
    <Suspense>
      <User />
    </Suspense>
  );
}

async function User() {
  const { userId } = await torii.protect();
  return <p>Rendered for {userId}</p>;
}
