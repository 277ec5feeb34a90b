export const dynamic = 'force-dynamic';

export { GET } from '../../health/route';
