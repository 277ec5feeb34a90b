/**
 * Writes a value as JSON, however deep it is nested: `JSON.stringify` exhausts the stack at a few thousand levels.
 *
 * @param textOf changes each text and each name, for example to remove secrets
 */
export function writeJson(value: unknown, textOf?: (text: string) => string): string {
  if (textOf === undefined) {
    try {
      return JSON.stringify(value) ?? 'null';
    } catch (error) {
      if (Reflect.get(Object(error), 'name') !== 'RangeError') throw error;
    }
  }
  return writeDeepJson(value, textOf ?? ((text) => text));
}

type Pending = { readonly text: string } | { readonly value: unknown };

function writeDeepJson(root: unknown, textOf: (text: string) => string): string {
  const written: string[] = [];
  // A stack of the parts to write. The last one is written next.
  const pending: Pending[] = [{ value: root }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if ('text' in next) {
      written.push(next.text);
      continue;
    }
    const value = plainValueOf(next.value);
    if (typeof value === 'string') written.push(JSON.stringify(textOf(value)));
    else if (typeof value !== 'object' || value === null) written.push(JSON.stringify(value) ?? 'null');
    else {
      const [pieces, open, close] = Array.isArray(value)
        ? ([itemsOf(value), '[', ']'] as const)
        : ([membersOf(value, textOf), '{', '}'] as const);
      written.push(open);
      pending.push({ text: close });
      for (const piece of pieces.reverse()) pending.push(piece);
    }
  }
  return written.join('');
}

function itemsOf(list: readonly unknown[]): Pending[] {
  return list.flatMap((value, index) => (index === 0 ? [{ value }] : [{ text: ',' }, { value }]));
}

function membersOf(object: object, textOf: (text: string) => string): Pending[] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined && typeof value !== 'function')
    .flatMap(([name, value], index) => [
      { text: `${index === 0 ? '' : ','}${JSON.stringify(textOf(name))}:` },
      { value },
    ]);
}

function plainValueOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const toJSON: unknown = Reflect.get(value, 'toJSON');
  return typeof toJSON === 'function' ? toJSON.call(value) : value;
}
