import { templates } from '../../generated/templates.ts';
import { planApp } from './app-setup.ts';
import type { Setup } from './plan.ts';
import { allDependencies } from './project.ts';

export const expressSetup: Setup = {
  framework: 'express',
  name: 'Express',
  envFile: '.env',
  detect: ({ manifest }) => 'express' in allDependencies(manifest),
  plan: (project) =>
    planApp(project, {
      framework: 'express',
      name: 'Express',
      major: 4,
      minor: 18,
      templates: templates.express,
      creation: /express\s*\(\s*\)|require\(\s*['"]([^'"]*)['"]\s*\)\s*\(\s*\)/,
      mount: (app) => `${app}.use(me)`,
      dependencies: [],
      types: ['@types/express'],
      load: "const { app } = await import('../src/app.ts');",
      loadRoute:
        "const { default: express } = await import('express');\n  const { me } = await import('../src/me.ts');\n  const app = express().use(me);",
      usage: "app.get('/orders', requireUser, handler);",
    }),
};
