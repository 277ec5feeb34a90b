'use client';

import { changeOrganization, endSession, TokenKeeper } from '@torii/next/client';
import { useState } from 'react';
import { ToriiProvider, useAuth, useTorii } from '../../torii-react/provider';

interface Served {
  /** What the server saw when it rendered the page. */
  readonly userId: string | null;
  readonly organizationId: string | null;
}

export function Screen({
  publishableKey,
  proxyOrigin,
  ...served
}: Served & { publishableKey: string; proxyOrigin: string }) {
  return (
    <ToriiProvider publishableKey={publishableKey} proxyOrigin={proxyOrigin}>
      <Session {...served} />
    </ToriiProvider>
  );
}

function Session({ userId, organizationId }: Served) {
  const { isLoaded, isSignedIn, userProfile, getToken, signOut } = useAuth();
  const { organizations, signIn, switchOrganization } = useTorii();
  const [answer, setAnswer] = useState('');
  const run = (work: () => Promise<unknown>) => () => {
    setAnswer('');
    work().catch((error: unknown) => setAnswer(String(error)));
  };
  const callApi = async () => {
    const token = await getToken();
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch('/provider/me', { headers });
    setAnswer(await response.text());
  };
  return (
    <main>
      <p id="browser">{isLoaded ? (isSignedIn ? `signed in as ${userProfile?.email}` : 'signed out') : 'loading'}</p>
      <p id="server">{userId === null ? 'nobody' : `user in ${organizationId ?? 'no organization'}`}</p>
      <form action={(form) => run(() => signIn(String(form.get('email')), String(form.get('password'))))()}>
        <input name="email" aria-label="Email" />
        <input name="password" aria-label="Password" type="password" />
        <button type="submit">Sign in</button>
      </form>
      {organizations.map(({ id, name }) => (
        <p key={id}>
          <button type="button" onClick={run(() => switchOrganization(id))}>
            Show {name}
          </button>
          <button
            type="button"
            onClick={run(() => changeOrganization({ switchOrganization: () => switchOrganization(id), getToken }))}
          >
            Change to {name}
          </button>
        </p>
      ))}
      <button type="button" onClick={run(callApi)}>
        Call
      </button>
      <button type="button" onClick={run(() => endSession({ signOut, to: location.pathname + location.search }))}>
        Sign out
      </button>
      <pre id="answer">{answer}</pre>
      <TokenKeeper getToken={getToken} userId={userId} />
    </main>
  );
}
