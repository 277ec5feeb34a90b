import type { Metadata } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Keeper, SignOut } from '../session';
import { torii } from '../torii';
import './style.css';

export const metadata: Metadata = { title: 'Notes', description: 'A Next.js app that Torii guards.' };

export default async function Layout({ children }: { children: ReactNode }) {
  // Only to show the right button. A layout guards nothing: each page does that for itself.
  const auth = await torii.auth();
  return (
    <html lang="en">
      <body>
        <header>
          <Link href="/" className="brand">
            Notes
          </Link>
          <nav>
            {auth === null ? (
              <Link href="/sign-in" prefetch={false}>
                Sign in
              </Link>
            ) : (
              <SignOut />
            )}
          </nav>
        </header>
        <main>{children}</main>
        <Keeper userId={auth?.userId ?? null} />
      </body>
    </html>
  );
}
