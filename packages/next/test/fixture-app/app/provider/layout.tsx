import type { ReactNode } from 'react';
import { Session } from '../../provider-session';
import { torii } from '../../torii';

export const instant = false;

export default async function Layout({ children }: { children: ReactNode }) {
  const auth = await torii.auth();
  return (
    <Session
      publishableKey={process.env.TORII_PUBLISHABLE_KEY ?? ''}
      proxyOrigin={process.env.PROXY_ORIGIN ?? ''}
      userId={auth?.userId ?? null}
    >
      {children}
    </Session>
  );
}
