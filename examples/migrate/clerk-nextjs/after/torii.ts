import { type Check, createToriiNext } from '@torii/next';
import { options } from './torii-options';

export const torii = createToriiNext(options);

// Only tokens of Torii have an environment. Clerk's have the role in `o`, without `org:`.
export const isEditor: Check<{ o?: { rol?: string } }> = ({ environmentId, organization, raw }) =>
  environmentId === null ? raw.o?.rol === 'editor' : organization?.role === 'org:editor';
