import Link from 'next/link';
import { torii } from '../../torii';

export default async function Home() {
  const auth = await torii.auth();
  return (
    <>
      <h1>Keep a note</h1>
      <p className="lead">Anybody may read this page. Your notes are for you alone.</p>
      <section>
        <h2>{auth === null ? 'You are signed out.' : 'You are signed in.'}</h2>
        <p>
          {auth === null ? 'Torii asks who you are on the way to your notes.' : `Torii knows you as ${auth.userId}.`}
        </p>
        <Link href="/notes" className="button" prefetch={false}>
          Your notes
        </Link>
      </section>
    </>
  );
}
