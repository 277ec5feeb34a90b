import { Hono } from 'hono';
import { readJson } from '../json-body.ts';
import { Problem } from '../problem.ts';
import { createUserFields, parseUser } from '../user-input.ts';
import type { User, Users } from '../users.ts';

/** The REST API's operations on users. */
export function userRoutes(users: Users): Hono {
  return new Hono()
    .post('/', async (c) => {
      const input = parseUser(await readJson(c.req), createUserFields);
      return c.json(await users.create(input), 201);
    })
    .get('/:userId', (c) => c.json(found(users.get(c.req.param('userId')))))
    .post('/:userId/ban', (c) => c.json(found(users.ban(c.req.param('userId')))))
    .post('/:userId/unban', (c) => c.json(found(users.unban(c.req.param('userId')))));
}

function found(user: User | undefined): User {
  if (user === undefined) throw new Problem(404, 'user_not_found', 'No user has this id.');
  return user;
}
