/**
 * Returns the https origins at which the hosting platform serves this deployment, such as
 * `https://shop-git-cart-acme.vercel.app`, for the option `origins`. They come from environment variables of Vercel,
 * Netlify, Cloudflare Pages, Render and Railway. The list names only this deployment: production does not accept pages of
 * previews. It is empty on other machines, and leaves out a variable that is not a whole https origin.
 *
 * @example
 * origins: process.env.APP_ORIGIN ? [process.env.APP_ORIGIN] : previewOrigins()
 */
export function previewOrigins(): readonly string[] {
  // Each variable by its full name: Next replaces those that `env` in next.config lists when it builds the app.
  const isNetlify = process.env['NETLIFY'] === 'true';
  const found = [
    process.env['VERCEL_URL'],
    process.env['VERCEL_BRANCH_URL'],
    process.env['VERCEL_ENV'] === 'production' ? process.env['VERCEL_PROJECT_PRODUCTION_URL'] : undefined,
    isNetlify ? process.env['DEPLOY_URL'] : undefined,
    isNetlify ? process.env['DEPLOY_PRIME_URL'] : undefined,
    isNetlify && process.env['CONTEXT'] === 'production' ? process.env['URL'] : undefined,
    process.env['CF_PAGES'] === '1' ? process.env['CF_PAGES_URL'] : undefined,
    process.env['RENDER'] === 'true' ? process.env['RENDER_EXTERNAL_URL'] : undefined,
    process.env['RAILWAY_PUBLIC_DOMAIN'],
  ];
  return [...new Set(found.map(readOrigin).filter((origin) => origin !== undefined))];
}

/** A host name with a dot and letters at the end, so no `localhost`, no IP address and no wildcard, and a port. */
const hostForm = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*(?::\d{1,5})?$/;

// Some platforms set a URL, and some only the host.
function readOrigin(value: string | undefined): string | undefined {
  const host = (value ?? '')
    .toLowerCase()
    .replace(/^https:\/\//, '')
    .replace(/\/$/, '');
  const origin = `https://${host}`;
  if (host.length > 260 || !hostForm.test(host) || !URL.canParse(origin)) return undefined;
  return new URL(origin).origin === origin ? origin : undefined;
}
