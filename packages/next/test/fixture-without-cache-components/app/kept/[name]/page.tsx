import { torii } from '../../../torii';

// Next renders this page on the first request and stores it for everyone. Without the parameter, the build would fail.
export const dynamic = 'force-static';

export default async function Kept({ params }: { params: Promise<{ name: string }> }) {
  const { name } = await params;
  const auth = name === 'protect' ? await torii.protect({ returnTo: '/kept/protect' }) : await torii.auth();
  return <p>kept for {auth?.userId ?? 'nobody'}</p>;
}
