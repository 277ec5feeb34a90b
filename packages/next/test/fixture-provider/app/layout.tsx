import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { Session } from '../session';

export const instant = false;

export default async function RootLayout({ children }: { children: ReactNode }) {
  // The test sets the environment variable when it starts the app.
  await connection();
  return (
    <html lang="en">
      <body>
        <Session proxyOrigin={process.env.PROXY_ORIGIN}>{children}</Session>
      </body>
    </html>
  );
}
