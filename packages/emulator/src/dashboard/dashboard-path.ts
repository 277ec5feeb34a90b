import { controlPath } from '../control.ts';

export const dashboardPath = `${controlPath}/`;
export const dashboardStylesheetPath = `${dashboardPath}dashboard.css`;

/** The script that keeps the page up to date. The page works without it. */
export const liveScriptPath = `${dashboardPath}live.js`;
