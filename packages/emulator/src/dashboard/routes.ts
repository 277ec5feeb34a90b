import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { ControlSubject } from '../control/operation.ts';
import {
  controlPath,
  dashboardPath,
  dashboardStylesheetPath,
  liveScriptPath,
  secretsPath,
  sectionsPath,
} from '../control/paths.ts';
import { readForm } from '../http/body.ts';
import { refuseForeignPages } from '../http/origins.ts';
import { Problem, problemFor } from '../http/problem.ts';
import { answerScript, answerStylesheet } from '../pages/assets.ts';
import { answerPage, answerProblemPage, type Html } from '../pages/page.ts';
import { mintRequested, tokenResponseOf } from '../requested-token.ts';
import { act } from './actions.ts';
import { formFields } from './form-fields.ts';
import { dashboardBody, sectionTitles } from './page.ts';
import { clockPage } from './sections/clock.ts';
import { invitationsPage, mailPage } from './sections/invitations.ts';
import { keysPage } from './sections/keys.ts';
import { organizationsPage } from './sections/organizations/list.ts';
import { organizationPage } from './sections/organizations/profile.ts';
import { overviewPage } from './sections/overview.ts';
import { requestsPage } from './sections/requests.ts';
import { secretsBody } from './sections/secrets.ts';
import { sessionsPage } from './sections/sessions.ts';
import { newTokenBody, tokenOptionsFrom, tokensPage } from './sections/tokens.ts';
import { usersPage } from './sections/users/list.ts';
import { userPage } from './sections/users/profile.ts';
import { webhooksPage } from './sections/webhooks.ts';
import { dashboardStylesheet } from './stylesheet.ts';
import { type Refusal, View } from './view.ts';

type Page = (view: View, id: string) => Html;

/** The pages by their path below `/_emulator/dashboard/`. `ID` is a placeholder. */
const pages: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['', overviewPage],
  ['users', usersPage],
  ['users/ID', userPage],
  ['organizations', organizationsPage],
  ['organizations/ID', organizationPage],
  ['invitations', invitationsPage],
  ['mails/ID', mailPage],
  ['tokens', tokensPage],
  ['sessions', sessionsPage],
  ['webhooks', webhooksPage],
  ['requests', requestsPage],
  ['clock', clockPage],
  ['keys', keysPage],
]);

export function dashboardRoutes(subject: ControlSubject): Hono {
  const app = new Hono();
  for (const path of [dashboardPath, `${sectionsPath}*`, secretsPath]) {
    app.use(path, showProblems, refuseForeignPages(subject.environment.issuer));
  }
  for (const [name, page] of pages) {
    const path = name === '' ? dashboardPath : sectionsPath + name.replace('ID', ':id');
    const [first = ''] = name.split('/');
    const section = first === 'mails' ? 'invitations' : first;
    const answer = (c: Context, status: number, refusal?: Refusal) => {
      const view = new View(subject, new URL(c.req.url), refusal);
      const title = sectionTitles.get(section) ?? '';
      return answerPage(c, status, {
        title: `${title} · Torii emulator`,
        path: view.path,
        script: liveScriptPath,
        stylesheet: dashboardStylesheetPath,
        body: dashboardBody(view, section, page(view, c.req.param('id') ?? '')),
      });
    };
    app.get(path, (c) => answer(c, 200));
    app.post(path, async (c) => {
      const form = await readForm(c.req);
      try {
        if (form.get('action') === 'mint') return await answerToken(c, subject, form);
        // Redirect, so that reloading the page does not repeat the action.
        const target = await act(subject, form);
        return c.redirect(target === undefined ? selfOf(c) : new View(subject, new URL(c.req.url)).link(target), 303);
      } catch (error) {
        const problem = problemFor(error);
        if (problem === undefined) throw error;
        return answer(c, problem.status, { action: form.get('action') ?? '', message: problem.message, form });
      }
    });
  }
  return (
    app
      .on('GET', ['/', controlPath, sectionsPath], (c) =>
        c.redirect(new URL(`${subject.environment.issuer}${dashboardPath}`).pathname),
      )
      .get(dashboardStylesheetPath, (c) => answerStylesheet(c, dashboardStylesheet))
      .get(liveScriptPath, (c) => answerScript(c, 'browser/live-page'))
      // POST instead of GET: refuseForeignPages() then prevents a link on another site from displaying the secrets.
      .post(secretsPath, (c) =>
        answerPage(c, 200, {
          title: 'Secrets · Torii emulator',
          path: secretsPath,
          script: liveScriptPath,
          stylesheet: dashboardStylesheetPath,
          body: secretsBody(subject),
        }),
      )
      .get(`${sectionsPath}*`, () => {
        throw new Problem(404, 'not_found', 'The dashboard has no such page.');
      })
  );
}

/** A relative link to the page itself, with its filter in the query. It also works behind a proxy that adds a path. */
function selfOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return `./${pathname.split('/').at(-1)}${search}`;
}

async function answerToken(c: Context, subject: ControlSubject, form: URLSearchParams): Promise<Response> {
  const { text, json } = formFields(form);
  const minted = tokenResponseOf(await mintRequested(subject.environment, tokenOptionsFrom(text, json)));
  const view = new View(subject, new URL(c.req.url));
  return answerPage(c, 200, {
    title: 'Your token · Torii emulator',
    path: view.path,
    script: liveScriptPath,
    stylesheet: dashboardStylesheetPath,
    body: newTokenBody(view, minted),
  });
}

const showProblems: MiddlewareHandler = async (c, next) => {
  await next();
  const problem = problemFor(c.error);
  if (problem !== undefined) c.res = await answerProblemPage(c, problem, new URL(c.req.url).pathname);
};
