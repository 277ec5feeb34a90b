import type { GetServerSideProps } from 'next';
import { SignOut } from '../session';
import { torii } from '../torii';

export const getServerSideProps = (async ({ req, resolvedUrl }) => {
  const { auth, denial } = await torii.fromRequest(req);
  if (auth) return { props: { userId: auth.userId } };
  // Signing in again helps only if the status is 401.
  if (denial.status !== 401) throw new Error('The user cannot be verified. Try again later.');
  const destination = `/sign-in?${new URLSearchParams({ return_to: resolvedUrl })}`;
  return { redirect: { destination, permanent: false } };
}) satisfies GetServerSideProps<{ userId: string }>;

export default function Account({ userId }: { userId: string }) {
  return (
    <main>
      <h1>Hello, {userId}</h1>
      <SignOut />
    </main>
  );
}
