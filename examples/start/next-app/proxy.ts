import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);

// Not for Next's own files, and not for images in public/images and those of create-next-app.
export const config = {
  matcher: [
    '/((?!_next/static/[\\w/.~+@-]+$|_next/image/?$|images/[\\w/.@-]+\\.(?:avif|gif|jpe?g|png|svg|webp)$|(?:next|vercel|file|globe|window)\\.svg$).*)',
  ],
};
