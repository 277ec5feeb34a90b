import { askServices } from '../../../services';
import { torii } from '../../../torii';

// Asks Next to cache the page and every fetch. The tokens must not be cached anyway.
export const revalidate = 3600;
export const fetchCache = 'force-cache';

export default async function Kept() {
  const token = await torii.getToken();
  const template = await torii.getToken({ template: 'kept' });
  return <p id="answers">{(await askServices(token)) + (await askServices(template))}</p>;
}
