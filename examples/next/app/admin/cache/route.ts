import { isAdmin, torii } from '../../../torii';

export const DELETE = torii.withAuth(() => Response.json({ cleared: true }), isAdmin);
