// Skips the tests that measure time, because instrumented code is many times slower, and the floods of requests, because
// they would take minutes for each mutant.
import { beforeEach } from 'vitest';

const slow =
  /\blinear\b|without blocking|flood of five minutes|ten thousand requests|the limit of waiting|waiting requests is|thousand issuers|only briefly|decision slow|50 MB|a million/;

beforeEach(({ task, skip }) => {
  if (slow.test(task.name)) skip();
});
