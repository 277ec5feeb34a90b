import type { PageQuery } from '../database/page.ts';
import { isUuid } from '../fields.ts';
import { type ApiRequest, refusalOf } from './contract/read-request.ts';

const defaultLimit = 20;

/**
 * Reads the parameters of a page.
 *
 * @param isCursor whether an id is a cursor of the listing. The items behind all cursors are never removed from the
 *   database, so a cursor stays valid
 */
export function readPage({ query }: ApiRequest, isCursor: (id: string) => boolean): PageQuery {
  const limit = Number(query['limit'] ?? defaultLimit);
  const cursor = query['cursor'];
  if (cursor === undefined) return { limit };
  const after = String(cursor).toLowerCase();
  if (!isUuid(after) || !isCursor(after)) {
    throw refusalOf([{ field: 'cursor', message: 'is not a cursor of this environment' }]);
  }
  return { limit, after };
}
