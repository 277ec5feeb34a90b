import { html } from 'hono/html';
import type { Html } from '../../pages/page.ts';
import type { View } from '../view.ts';
import { jsonField } from './inputs.ts';

const labels = {
  publicMetadata: ['Public metadata', 'JSON that browsers may read.'],
  privateMetadata: ['Private metadata', 'JSON that only your server may read.'],
  unsafeMetadata: ['Unsafe metadata', 'JSON that the user may write.'],
} as const;

type Bag = keyof typeof labels;

export const twoBags: readonly Bag[] = ['publicMetadata', 'privateMetadata'];

export const userBags: readonly Bag[] = [...twoBags, 'unsafeMetadata'];

/** One field of JSON for each bag of metadata. An empty bag is an empty field. */
export function bagFields(
  view: View,
  action: string,
  bags: readonly Bag[],
  stored: { readonly [Name in Bag]?: object } = {},
): Html {
  return html`${bags.map((name) => {
    const [label, hint] = labels[name];
    const value = stored[name] ?? {};
    const isEmpty = Object.keys(value).length === 0;
    return jsonField(view, action, { name, label, hint, value: isEmpty ? '' : JSON.stringify(value, null, 2) });
  })}`;
}
