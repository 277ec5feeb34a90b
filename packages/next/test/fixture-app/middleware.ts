import { torii } from './torii';

export const middleware = torii.proxy();
