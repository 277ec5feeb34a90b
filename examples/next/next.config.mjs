import { fileURLToPath } from 'node:url';

// Only needed in this monorepo, where dependencies are resolved from the root.
const root = fileURLToPath(new URL('../..', import.meta.url));

export default { poweredByHeader: false, outputFileTracingRoot: root, turbopack: { root } };
