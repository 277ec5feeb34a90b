import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { Session } from '../session';
import './style.css';

export const metadata: Metadata = { title: 'Notes', description: 'A Next.js app with sign-in by Torii.' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Session>{children}</Session>
      </body>
    </html>
  );
}
