import { torii } from '../../torii';

// Asks Next to keep the page, and every fetch. Who calls a helper of ours is not kept all the same.
export const revalidate = 3600;
export const fetchCache = 'force-cache';

export default async function Remembered() {
  const { userId } = await torii.protect();
  return <p id="who">{userId}</p>;
}
