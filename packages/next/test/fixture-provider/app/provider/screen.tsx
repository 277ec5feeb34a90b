'use client';

import { changeOrganization } from '@torii/next/client';
import { useState } from 'react';
import { SignOut } from '../../session';
import { useAuth, useTorii } from '../../torii-react';

export function Screen() {
  const { isLoaded, isSignedIn, userProfile, getToken, signOut } = useAuth();
  const { organizations, switchOrganization } = useTorii();
  const [answer, setAnswer] = useState('');
  const callApi = async () => {
    const token = await getToken();
    const headers = token === null ? undefined : { authorization: `Bearer ${token}` };
    const response = await fetch('/provider/me', { headers });
    setAnswer(await response.text());
  };
  return (
    <main>
      <p id="browser">{isLoaded ? (isSignedIn ? `signed in as ${userProfile?.email}` : 'signed out') : 'loading'}</p>
      <SignInForm />
      {organizations.map(({ id, name }) => (
        <p key={id}>
          <button type="button" onClick={() => switchOrganization(id)}>
            Show {name}
          </button>
          <button type="button" onClick={() => changeOrganization({ getToken, switchOrganization }, id)}>
            Change to {name}
          </button>
        </p>
      ))}
      <button type="button" onClick={callApi}>
        Call
      </button>
      <SignOut />
      <button type="button" onClick={signOut}>
        Leave
      </button>
      <pre id="answer">{answer}</pre>
    </main>
  );
}

/** In place of Torii's own component. */
export function SignInForm() {
  const { signIn } = useTorii();
  const [problem, setProblem] = useState('');
  const submit = (form: FormData) =>
    signIn(String(form.get('email')), String(form.get('password'))).catch((error: unknown) =>
      setProblem(String(error)),
    );
  return (
    <form action={submit}>
      <input name="email" aria-label="Email" />
      <input name="password" aria-label="Password" type="password" />
      <button type="submit">Sign in</button>
      <span role="alert">{problem}</span>
    </form>
  );
}
