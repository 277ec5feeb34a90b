import { Hono, type MiddlewareHandler } from 'hono';
import { dashboardPath, dashboardStylesheetPath, liveScriptPath, webhookSecretsPath } from '../control/paths.ts';
import { readForm } from '../http/body.ts';
import { refuseForeignPages } from '../http/origins.ts';
import { problemFor } from '../http/problem.ts';
import { answerScript, answerStylesheet } from '../pages/assets.ts';
import { answerPage, answerProblemPage } from '../pages/page.ts';
import { act } from './actions.ts';
import { type DashboardSubject, dashboardBody } from './page.ts';
import { webhookSecretsBody } from './sections/webhooks.ts';
import { dashboardStylesheet } from './stylesheet.ts';

export function dashboardRoutes(subject: DashboardSubject): Hono {
  return (
    new Hono()
      .use(dashboardPath, showProblems, refuseForeignPages(subject.environment.issuer))
      .use(webhookSecretsPath, showProblems, refuseForeignPages(subject.environment.issuer))
      .get('/', (c) => c.redirect(new URL(`${subject.environment.issuer}${dashboardPath}`).pathname))
      .get(dashboardPath, (c) =>
        answerPage(c, 200, {
          title: 'Torii emulator',
          path: dashboardPath,
          script: liveScriptPath,
          stylesheet: dashboardStylesheetPath,
          body: dashboardBody(subject, { email: c.req.query('email') ?? '', after: c.req.query('after') }),
        }),
      )
      .get(dashboardStylesheetPath, (c) => answerStylesheet(c, dashboardStylesheet))
      .get(liveScriptPath, (c) => answerScript(c, 'browser/live-page'))
      // POST instead of GET: refuseForeignPages() then prevents a link on another site from displaying the secrets.
      .post(webhookSecretsPath, (c) =>
        answerPage(c, 200, {
          title: 'Webhook secrets',
          path: webhookSecretsPath,
          stylesheet: dashboardStylesheetPath,
          body: webhookSecretsBody(subject.environment),
        }),
      )
      .post(dashboardPath, async (c) => {
        await act(subject, await readForm(c.req));
        // Redirect, so that reloading the page does not repeat the action. The query string contains the page's filter.
        return c.redirect(new URL(c.req.url).search || './', 303);
      })
  );
}

const showProblems: MiddlewareHandler = async (c, next) => {
  await next();
  const problem = problemFor(c.error);
  if (problem !== undefined) c.res = await answerProblemPage(c, problem, dashboardPath);
};
