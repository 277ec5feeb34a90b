import { isEditor, torii } from '../../../torii';

export const DELETE = torii.withAuth(() => new Response(null, { status: 204 }), isEditor);
