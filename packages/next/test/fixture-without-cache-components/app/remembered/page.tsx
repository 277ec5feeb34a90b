import { torii } from '../../torii';

// Asks Next to cache the page and every fetch. A page that calls `protect` must not be cached anyway.
export const revalidate = 3600;
export const fetchCache = 'force-cache';

export default async function Remembered() {
  const { userId } = await torii.protect();
  return <p id="who">{userId}</p>;
}
