import * as React from 'react';

/**
 * Whether the caller runs while React renders: in a page, a layout, a component or `generateMetadata`, not in a server
 * action, a route handler or a unit test.
 */
export function isRendering(): boolean {
  const first = probe();
  return probe() === first;
}

// React remembers the result of a cached function while it renders, and nowhere else. React 18 has `cache` in Next's
// own copy only.
const cache: unknown = Reflect.get(React, 'cache');
const createObject = () => ({});
const probe: () => object = typeof cache === 'function' ? cache(createObject) : createObject;
