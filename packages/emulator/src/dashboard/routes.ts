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

/**
 * A page on which people see what goes on and change it by a click. As the whole emulator it is for loopback alone, and
 * takes clicks of its own page only.
 */
export function dashboardRoutes(subject: DashboardSubject): Hono {
  return (
    new Hono()
      .use(dashboardPath, showProblems, refuseForeignPages())
      .use(webhookSecretsPath, showProblems, refuseForeignPages())
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
      // By POST, which no page of another origin can make: neither by a link nor to read it.
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
        // Back to the page as it was filtered, so that reloading it does nothing twice.
        return c.redirect(new URL(c.req.url).search || './', 303);
      })
  );
}

const showProblems: MiddlewareHandler = async (c, next) => {
  await next();
  const problem = problemFor(c.error);
  if (problem !== undefined) c.res = await answerProblemPage(c, problem, dashboardPath);
};
