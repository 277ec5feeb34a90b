import { Suspense } from 'react';
import { torii } from '../../../torii';

async function readUser() {
  'use cache: private';
  return (await torii.protect()).userId;
}
async function Who() {
  return <p>{await readUser()}</p>;
}
export default function Page() {
  return (
    <Suspense fallback={<p>waiting</p>}>
      <Who />
    </Suspense>
  );
}
