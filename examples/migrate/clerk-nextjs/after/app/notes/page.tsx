import { torii } from '../../torii';

export default async function Page() {
  const { userId } = await torii.protect({ returnTo: '/notes' });
  return <h1>Hello, {userId}</h1>;
}
