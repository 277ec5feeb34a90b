import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);

// The proxy runs for all paths, except Next's own files, public/images, and the images of create-next-app.
export const config = {
  matcher: [
    '/((?!_next/static/[\\w/.~+@-]+$|_next/image/?$|images/[\\w/.@-]+\\.(?:avif|gif|jpe?g|png|svg|webp)$|(?:next|vercel|file|globe|window)\\.svg$).*)',
  ],
};
