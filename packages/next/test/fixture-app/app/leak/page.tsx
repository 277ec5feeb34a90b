import { Suspense } from 'react';
import { torii } from '../../torii';
import { Shown } from './shown';

export default function Leak() {
  return (
    <Suspense fallback={<p>One moment…</p>}>
      <Leaking />
    </Suspense>
  );
}

async function Leaking() {
  return <Shown token={await torii.getToken()} />;
}
