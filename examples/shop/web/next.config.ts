import { join } from 'node:path';
import type { NextConfig } from 'next';

// Only needed in this monorepo, where dependencies are resolved from the root.
const root = join(import.meta.dirname, '../../..');

const nextConfig: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  outputFileTracingRoot: root,
  turbopack: { root },
};

export default nextConfig;
