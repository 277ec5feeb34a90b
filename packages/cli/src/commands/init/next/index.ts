// `torii init` for Next.js: both routers, with or without `src/`, Next 15 and 16.
import { posix } from 'node:path';
import type { Answers, FileChange, ManualStep, Project, Setup, SetupPlan } from '../plan.ts';
import { templates } from '../generated/templates.ts';
import { composeProxy, hasToriiProxy, proxyCode } from './existing-proxy.ts';
import { createPlaces, type Places } from './place.ts';
import { hasSession, wrapChildren, wrapComponent } from './root-layout.ts';
import { type NextShape, readShape } from './shape.ts';

const origin = 'http://localhost:3000';

export const nextSetup: Setup = {
  framework: 'next',
  name: 'Next.js',
  envFile: '.env.local',
  detect: ({ manifest }) => manifest.dependencies?.['next'] !== undefined || manifest.devDependencies?.['next'] !== undefined,
  plan,
};

function plan(project: Project, _answers: Answers): SetupPlan {
  const shape = readShape(project);
  const draft = createDraft(project, shape);
  draft.addFile('torii-options.ts', (text) => withLanguages(text, shape));
  return draft.finish();
}
