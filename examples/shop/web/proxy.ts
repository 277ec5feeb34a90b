import { torii } from './torii';

export const proxy = torii.proxy();
