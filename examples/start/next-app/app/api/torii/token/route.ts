import { torii } from '../../../../torii';

export const { POST, DELETE } = torii.tokenRoutes;
