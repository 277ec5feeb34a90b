import { fileURLToPath } from 'node:url';

// This app lives in a monorepo: its packages are found from the root. An app of your own needs none of this.
const root = fileURLToPath(new URL('../..', import.meta.url));

export default { poweredByHeader: false, outputFileTracingRoot: root, turbopack: { root } };
