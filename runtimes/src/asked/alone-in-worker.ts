// workerd: a Worker that imports nothing but this package.
import * as revocation from '@torii/revocation';

const worker = { fetch: (): Response => new Response(Object.keys(revocation).sort().join(' ')) };
// biome-ignore lint/style/noDefaultExport: workerd uses the default export of the module.
export default worker;
