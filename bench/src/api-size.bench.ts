// Measures how many bytes the REST client adds to an edge function: bundled, minified, compressed.
import { bundleSize } from './bundle-size.ts';
import { atMost, formatNumber } from './limits.ts';
import { reportSection } from './section.ts';

const client = "export { createToriiClient } from '@torii/api';";
const verifier = "export { createVerifier } from '@torii/core';";

const alone = await packedSize(client);
const verifying = await packedSize(verifier);
const both = await packedSize(verifier + client);
const added = both - verifying;
reportSection({
  title: 'Bytes of the REST client',
  text: ['What `createToriiClient` adds to an edge function, bundled as above.'],
  tables: [
    {
      title: 'Bytes of the REST client',
      columns: ['', 'gzip'],
      rows: [
        ['in addition to `createVerifier`, which shares its error classes', `${formatNumber(added / 1000)} kB`],
        ['alone', `${formatNumber(alone / 1000)} kB`],
      ],
    },
  ],
  limits: [
    atMost(
      'Bytes that the REST client adds to a function that verifies tokens',
      4.096,
      'kB gzip',
      added / 1000,
      'A kilobyte and a third describes organizations, invitations, impersonation and metadata, and checks metadata. A kilobyte and a half reads what the API says about fields and how long to wait, and removes secrets from it. A kilobyte checks that ids, URLs, JSON, headers and keys can be sent as they were given. The rest makes promises throw that are read without `await`.',
    ),
  ],
});

async function packedSize(code: string): Promise<number> {
  return (await bundleSize(code)).packed;
}
