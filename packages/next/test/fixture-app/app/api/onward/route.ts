import { askServices } from '../../../services';
import { torii } from '../../../torii';

const answer = async (token: string | null) => new Response(await askServices(token));

export const GET = torii.withAuth(async () => answer(await torii.getToken()));

export const POST = torii.withAuth(async (request) => answer(await torii.getToken({ request })));
