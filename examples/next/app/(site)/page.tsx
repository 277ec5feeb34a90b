import Link from 'next/link';
import { torii } from '../../torii';

export default async function Home() {
  const auth = await torii.auth();
  return (
    <>
      <h1>Keep a note</h1>
      <p className="lead">Everyone can read this page. Only you can read your notes.</p>
      <section>
        <h2>{auth === null ? 'You are signed out.' : 'You are signed in.'}</h2>
        <p>{auth === null ? 'To open your notes, you sign in with Torii.' : `Your user id is ${auth.userId}.`}</p>
        <Link href="/notes" className="button" prefetch={false}>
          Your notes
        </Link>
      </section>
    </>
  );
}
