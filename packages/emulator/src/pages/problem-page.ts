import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Problem } from '../http/problem.ts';
import { answerPage, card } from './page.ts';

/** What is shown to a person where a program would get `application/problem+json`. */
export function answerProblemPage(c: Context, problem: Problem, path: string): Response | Promise<Response> {
  return answerPage(c, problem.status, {
    title: 'That did not work',
    path,
    body: card(html`
      <h1>That did not work</h1>
      <p role="alert" class="alert">${problem.message}</p>
    `),
  });
}
