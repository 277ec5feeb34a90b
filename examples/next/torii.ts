import { type Check, createToriiNext } from '@torii/next';
import { options } from './torii-options';

export const torii = createToriiNext(options);

export const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
