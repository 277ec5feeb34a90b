import type { GetServerSideProps } from 'next';
import { torii } from '../torii';
import { secret, visit } from '../visit';

export const getServerSideProps: GetServerSideProps<{ userId: string; secret: string }> = async ({ req }) => {
  const { auth, denial } = await torii.fromRequest(req);
  if (denial?.status === 401) return { redirect: { destination: '/sign-in?return_to=/legacy', permanent: false } };
  if (denial) throw new Error(denial.body.error.message);
  visit('legacy page');
  return { props: { userId: auth.userId, secret } };
};

export default function Legacy({ userId, secret }: { userId: string; secret: string }) {
  return (
    <p>
      {userId}: {secret}
    </p>
  );
}
