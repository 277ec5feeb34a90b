// How many bytes the REST client costs an edge function: bundled, minified, compressed.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const client = "export { createToriiClient } from '@torii/api';";
const verifier = "export { createVerifier } from '@torii/core';";
const mostAddedBytes = 4096;

const alone = await measureGzip(client);
const added = (await measureGzip(verifier + client)) - (await measureGzip(verifier));
console.log(`createToriiClient adds ${added} bytes gzip to a function that verifies tokens; alone it is ${alone}.`);
if (added > mostAddedBytes) {
  console.error(`That is more than ${mostAddedBytes} bytes.`);
  process.exitCode = 1;
}

async function measureGzip(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    conditions: ['@torii/source', 'workerd', 'worker'],
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}
