import type { Answered } from '../answered.ts';
import type * as entities from '../generated/entities.ts';

/** The session of a signed-in browser, in the format of the REST API. Every field is present. */
export interface Session
  extends Answered<entities.Session, 'userAgent' | 'ipAddress' | 'activeOrganizationId' | 'impersonatedBy'> {}
