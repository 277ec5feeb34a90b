export interface PageQuery {
  /** The largest number of items in the page. */
  readonly limit: number;
  /** The `nextCursor` of the previous page. */
  readonly after?: string | undefined;
}

/** One page of a listing, in the format of the REST API. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/** @param rows at most one more than `limit`: the extra row shows that there is another page */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  read: (row: Row) => Item,
  cursorOf: (item: Item) => string,
): Page<Item> {
  const items = rows.slice(0, limit).map(read);
  const hasMore = rows.length > limit;
  const last = items.at(-1);
  return { items, nextCursor: hasMore && last !== undefined ? cursorOf(last) : null, hasMore };
}

/** The parameters of a condition such as `(? IS NULL OR id < ?)`. */
export function twice<Value>(value: Value): readonly [Value, Value] {
  return [value, value];
}
