import { join } from 'node:path';
import { repository } from '../../scripts/workspace.ts';

export const siteFolder: string = join(repository, 'site');
/** The collected pages, which VitePress builds. Ignored by git. */
export const contentFolder: string = join(siteFolder, '.content');
/** What `.vitepress/config.ts` reads. */
export const settingsFile: string = join(contentFolder, 'settings.json');
export const outputFolder: string = join(siteFolder, 'dist');
export const cacheFolder: string = join(siteFolder, '.cache');
