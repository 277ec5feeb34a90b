import type { Platform, ProductSource } from '../src/product/product.ts';
import type { VirtualProcess } from '../src/world/virtual-process.ts';
import { World } from '../src/world/world.ts';

/** A world whose processes run no product: a test uses their platform itself. */
export function createBareWorld(seed = 1): { readonly world: World; platformOf(process: VirtualProcess): Platform } {
  const source: ProductSource = { instantiate: (platform) => ({ platform }) as never };
  const world = new World(seed, source);
  return { world, platformOf: ({ product }) => (product as unknown as { readonly platform: Platform }).platform };
}
