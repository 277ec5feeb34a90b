import { createToriiNext } from '@torii/next';
import { options } from './torii-options';

export const torii = createToriiNext(options);
