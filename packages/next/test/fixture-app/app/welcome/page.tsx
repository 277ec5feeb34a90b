import Link from 'next/link';
import { torii } from '../../torii';

export const instant = false;

export default async function Welcome() {
  const auth = await torii.auth();
  return (
    <main>
      <p id="who">{auth === null ? 'Hello, stranger' : `Hello, ${auth.userId}`}</p>
      <Link href="/private">Private</Link>
    </main>
  );
}
