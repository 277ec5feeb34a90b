// Builds the site if its pages have changed, and serves it.
import { parseArgs } from 'node:util';
import { readSiteAddress } from './address.ts';
import { buildSite } from './build-site.ts';
import { outputFolder } from './places.ts';
import { serveSite } from './serve.ts';

const usage = `Builds the documentation site, unless it is built already, and serves it.

  npm run site                    serves it until Ctrl-C, on port 4173 or a free one
  npm run site -- --port PORT     serves it on this port
  npm run site -- --build         only builds it, into site/dist/
  npm run site -- --help          prints this text
`;

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function run(): Promise<void> {
  const { build, port } = readArguments();
  const { pages, built } = await buildSite((line) => console.log(`› ${line}`));
  console.log(built ? `Built ${pages} pages in site/dist/` : `site/dist/ has the newest ${pages} pages`);
  if (build) return;
  const { origin } = await serveSite({ folder: outputFolder, base: readSiteAddress().base, port });
  console.log(`\nThe site is at ${origin}${readSiteAddress().base} (stop with Ctrl-C)`);
}

function readArguments(): { readonly build: boolean; readonly port: number | undefined } {
  const { values } = parseArgs({
    options: { build: { type: 'boolean', default: false }, port: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
    throw new Error(`--port ${values.port}: write a number from 0 to 65535. 0 is any free port.`);
  }
  return { build: values.build, port };
}
