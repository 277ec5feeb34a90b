import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { Session } from '../../provider-session';

export const instant = false;

export default async function Layout({ children }: { children: ReactNode }) {
  // The test sets the environment variable when it starts the app.
  await connection();
  return <Session proxyOrigin={process.env.PROXY_ORIGIN}>{children}</Session>;
}
