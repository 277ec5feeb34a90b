import { templates } from '../../generated/templates.ts';
import { planApp } from './app-setup.ts';
import type { Setup } from './plan.ts';
import { allDependencies } from './project.ts';

export const koaSetup: Setup = {
  framework: 'koa',
  name: 'Koa',
  envFile: '.env',
  detect: ({ manifest }) => 'koa' in allDependencies(manifest),
  plan: (project) =>
    planApp(project, {
      framework: 'koa',
      name: 'Koa',
      major: 2,
      minor: 14,
      templates: templates.koa,
      creation: /new\s+Koa\b\s*(?:<[^>]*>\s*)?\(|new\s*\(\s*require\(\s*['"]([^'"]*)['"]\s*\)\s*\)\s*\(/,
      mount: (app) => `${app}.use(me.routes())`,
      dependencies: ['@koa/router'],
      types: ['@types/koa'],
      load: "const { app } = await import('../src/app.ts');",
      loadRoute:
        "const { default: Koa } = await import('koa');\n  const { me } = await import('../src/me.ts');\n  const app = new Koa().use(me.routes());",
      usage: "router.get('/orders', requireUser, handler);",
    }),
};
