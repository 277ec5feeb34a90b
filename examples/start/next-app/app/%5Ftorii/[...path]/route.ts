import { torii } from '../../../torii';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = torii.issuerRoutes;
