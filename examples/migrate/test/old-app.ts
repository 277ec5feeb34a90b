import type { RequestListener } from 'node:http';

/** The app in `before.ts` of a guide. Imported by its path, because its types of `req.auth` would contradict those of Torii. */
export async function importOldApp<Settings>(guide: string): Promise<(settings: Settings) => RequestListener> {
  const { createApp } = (await import(`../${guide}/before.ts`)) as { createApp(settings: Settings): RequestListener };
  return createApp;
}
