import { templates } from '../../generated/templates.ts';
import { planApp } from './app-setup.ts';
import type { Setup } from './plan.ts';
import { allDependencies } from './project.ts';

export const honoSetup: Setup = {
  framework: 'hono',
  name: 'Hono',
  envFile: '.env',
  detect: ({ manifest }) => 'hono' in allDependencies(manifest),
  plan: (project) =>
    planApp(project, {
      framework: 'hono',
      name: 'Hono',
      major: 4,
      minor: 5,
      templates: templates.hono,
      creation: /new\s+(?:OpenAPI)?Hono\b/,
      mount: (app) => `${app}.route('/', me)`,
      dependencies: ['@hono/node-server'],
      types: [],
      load: "const loaded = await import('../src/app.ts');\n  app = loaded.app;",
      loadRoute: "const loaded = await import('../src/me.ts');\n  app = loaded.me;",
      usage: "app.get('/orders', requireUser, handler);",
    }),
};
