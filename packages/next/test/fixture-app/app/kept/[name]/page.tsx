import { torii } from '../../../torii';

// Has Next make one page for everybody, once somebody asks. Without a parameter, the build would fail.
export const dynamic = 'force-static';

export default async function Kept({ params }: { params: Promise<{ name: string }> }) {
  const { name } = await params;
  const auth = name === 'protect' ? await torii.protect({ returnTo: '/kept/protect' }) : await torii.auth();
  return <p>kept for {auth?.userId ?? 'nobody'}</p>;
}
