'use client';

import { useSignIn } from '@torii/next/client';
import { useSession } from '../../../session';

export default function SignIn() {
  const session = useSession();
  const { status, problem, retry } = useSignIn(session);
  if (status === 'signed_out') {
    return (
      <>
        <h1>Sign in</h1>
        <p className="lead">You sign in at Torii and then return to this app.</p>
        <section>
          <button type="button" onClick={() => session.signIn()}>
            Sign in with Torii
          </button>
        </section>
      </>
    );
  }
  if (status === 'failed') {
    return (
      <>
        <h1>That did not work</h1>
        <p className="lead" role="alert">
          {problem}
        </p>
        <section>
          <button type="button" onClick={retry}>
            Try again
          </button>
        </section>
      </>
    );
  }
  return <p className="lead">One moment…</p>;
}
