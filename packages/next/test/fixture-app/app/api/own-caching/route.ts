import { torii } from '../../../torii';

export const GET = torii.withAuth(() => new Response('mine', { headers: { 'Cache-Control': 'private, max-age=5' } }));
