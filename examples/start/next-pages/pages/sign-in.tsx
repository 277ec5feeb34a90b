import { useSignIn } from '@torii/next/client';
import { useSession } from '../session';

export default function SignIn() {
  const session = useSession();
  const { status, problem, retry } = useSignIn(session);
  if (status === 'failed') {
    return (
      <button type="button" onClick={retry}>
        {problem} Try again
      </button>
    );
  }
  if (status !== 'signed_out') return <p>One moment…</p>;
  return (
    <button type="button" onClick={() => session.signIn?.()}>
      Sign in
    </button>
  );
}
