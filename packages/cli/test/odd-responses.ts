import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pMap from 'p-map';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runInProcess } from './in-process.ts';

// The responses of a server that is not Torii's API, or of a proxy in front of it. The path of the API URL names the response.
interface OddResponse {
  readonly status: number;
  readonly body: string | Buffer;
  readonly type?: string;
  /** Puts the body, an item, into the response that the request asks for: a user, a page or a list. */
  readonly isItem?: true;
}

const id = '01931a73-8b00-7000-8000-000000000000';
const hostile = 'Ada\u001b[2J\u009b31m\u202e\u0007\r\ntorii: forged\u0000';
const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);
const json = (value: unknown) => JSON.stringify(value);

/** What can be in the place of a text. JSON. */
const oddValues: Readonly<Record<string, string>> = {
  'a number': '5',
  'a huge number': '1e999',
  null: 'null',
  true: 'true',
  'an empty text': '""',
  'an array': '[1,null,["x"]]',
  'an object': '{"a":{"b":1}}',
  'an object that is no text': '{"toString":1,"valueOf":1,"toJSON":1,"length":-1}',
  'a prototype': '{"__proto__":{"x":1},"constructor":5}',
  'a value 5,000 levels deep': nested(5_000),
  'an object 5,000 levels deep': `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  'a huge text': json('x'.repeat(300_000)),
  'control characters': json(hostile),
  'half of a surrogate pair': '"\\ud83d"',
  'a date that does not exist': '"2026-13-45T99:99:99Z"',
};

const members = [
  'code',
  'supportId',
  'support_id',
  'detail',
  'title',
  'status',
  'type',
  'properties',
  'errors',
  'instance',
];
const errors: Record<string, OddResponse> = {};
for (const [name, value] of Object.entries(oddValues)) {
  const fields = members.map((member) => `"${member}":${value}`).join(',');
  errors[`400 with ${name} in every member`] = { status: 400, body: `{${fields}}` };
  const inner = members.filter((member) => member !== 'properties').map((member) => `"${member}":${value}`);
  errors[`409 with ${name} in the properties`] = { status: 409, body: `{"properties":{${inner.join(',')}}}` };
  errors[`404 with ${name} as the body`] = { status: 404, body: value };
  errors[`401 with ${name} in every member`] = { status: 401, body: `{${fields}}` };
}

const userFields = [
  'email',
  'name',
  'phone',
  'address',
  'status',
  'createdAt',
  'updatedAt',
  'deletedAt',
  'environmentId',
  'firstName',
  'emailVerifiedAt',
  'slug',
  'role',
  'roleName',
  'organizationId',
  'userId',
  'joinedAt',
  'expiresAt',
  'token',
  'url',
  'expiresInSeconds',
  'origins',
  'publicMetadata',
  'privateMetadata',
];
const successes: Record<string, OddResponse> = {
  'an empty 200': { status: 200, body: '' },
  'a 204': { status: 204, body: '' },
  HTML: { status: 200, body: '<html><body>Sign in to the Wi-Fi</body></html>', type: 'text/html' },
  'JSON as HTML': { status: 200, body: json({ id }), type: 'text/html' },
  'half a JSON': { status: 200, body: '{"id":"0193' },
  'no UTF-8': { status: 200, body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
  'a redirect': { status: 302, body: '' },
  'an object with a numeric id': { status: 200, body: '{"id":5}' },
  'a page without items': { status: 200, body: '{"items":null,"hasMore":false,"nextCursor":null}' },
  'a page of the same cursor': { status: 200, body: json({ items: [{ id }], hasMore: true, nextCursor: 'x' }) },
  ...Object.fromEntries(
    Object.entries(oddValues).flatMap(([name, value]): [string, OddResponse][] => {
      const fields = userFields.map((field) => `"${field}":${value}`).join(',');
      return [
        [`${name} as the body`, { status: 200, body: value }],
        [`${name} as an item`, { status: 200, body: value, isItem: true }],
        [`${name} in every field`, { status: 200, body: `{"id":${json(id)},${fields}}`, isItem: true }],
      ];
    }),
  ),
};
const responses: Record<string, OddResponse> = { ...errors, ...successes };
const names = Object.keys(responses);

function shapeFor(path: string, item: string): string {
  if (/\/(search|organizations|members|invitations)$/.test(path))
    return `{"items":[${item}],"hasMore":false,"nextCursor":null}`;
  return path.endsWith('/sessions') ? `[${item}]` : item;
}

const commands: Readonly<Record<string, { readonly args: readonly string[]; readonly input?: string }>> = {
  'users list': { args: ['users', 'list'] },
  'users list --json': { args: ['users', 'list', '--json'] },
  'users list --ndjson': { args: ['users', 'list', '--ndjson', '--all'] },
  'users get by id': { args: ['users', 'get', id] },
  'users get by email': { args: ['users', 'get', 'ada@example.com'] },
  'users create': { args: ['users', 'create', '--email', 'ada@example.com'] },
  'users update': { args: ['users', 'update', id, '--first-name', 'Ada', '--json'] },
  'users metadata': { args: ['users', 'metadata', id, '--public', '{"a":1}'] },
  'users organizations': { args: ['users', 'organizations', id] },
  'users impersonate': {
    args: ['users', 'impersonate', id, '--actor', 'ada@example.com', '--reason', 'Ticket', '--yes'],
  },
  'organizations list': { args: ['organizations', 'list'] },
  'organizations get': { args: ['organizations', 'get', id] },
  'organizations members': { args: ['organizations', 'members', id, '--json'] },
  'organizations metadata': { args: ['organizations', 'metadata', id] },
  'organizations metadata of a member': { args: ['organizations', 'metadata', id, '--member', id] },
  'invitations list': { args: ['invitations', 'list'] },
  'invitations get': { args: ['invitations', 'get', 'ada@example.com'] },
  'invitations create': { args: ['invitations', 'create', '--email', 'ada@example.com'] },
  'invitations resend': { args: ['invitations', 'resend', id] },
  'invitations revoke': { args: ['invitations', 'revoke', '--yes', id, 'ada@example.com'] },
  'invitations metadata': { args: ['invitations', 'metadata', id, '--json'] },
  'origins list': { args: ['origins', 'list'] },
  'origins add': { args: ['origins', 'add', 'https://a.example'] },
  'users ban': { args: ['users', 'ban', '--yes', id, 'ada@example.com'] },
  'users unban': { args: ['users', 'unban', id] },
  'users delete': { args: ['users', 'delete', '--yes', id] },
  'users export': { args: ['users', 'export'] },
  'users export as CSV': { args: ['users', 'export', '--format', 'csv'] },
  'users export to a file': { args: ['users', 'export', 'users.ndjson'] },
  'users import': { args: ['users', 'import', '-'], input: '{"name":"Ada"}\n' },
  'users import of a file': { args: ['users', 'import', 'in.ndjson', '--json'] },
  'sessions list': { args: ['sessions', 'list', id] },
  'sessions revoke': { args: ['sessions', 'revoke', '--yes', '--all-of', id] },
  'sessions revoke of one': { args: ['sessions', 'revoke', '--yes', '--user', 'ada@example.com', id] },
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/;

/**
 * Tests every command against odd responses.
 *
 * @param every tests each command only against every second, third … response
 */
export function testOddResponses(every: number): void {
  let root: string;
  let server: Server;
  let url: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'torii-odd-'));
    server = createServer(async (incoming, outgoing) => {
      await text(incoming);
      const [, index = ''] = /^\/(\d+)\//.exec(incoming.url ?? '') ?? [];
      const response = responses[names[Number(index)] ?? ''] ?? { status: 500, body: '' };
      const { status, body, type = 'application/json', isItem } = response;
      outgoing.writeHead(status, { 'content-type': type });
      if (status === 204) outgoing.end();
      else outgoing.end(isItem ? shapeFor(String(incoming.url).replace(/\?.*/, ''), String(body)) : body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(root, { recursive: true });
  });

  function share(offset: number): readonly (readonly [index: number, name: string])[] {
    return [...names.entries()].filter(([index]) => index % every === offset % every);
  }

  test.each(Object.entries(commands).map(([name, command], offset) => [name, { ...command, offset }] as const))(
    'torii %s says plainly what is wrong with any response',
    async (name, { args, input = '', offset }) => {
      await pMap(share(offset), ([index, response], count) => judge(response, index, count % 2 ? 60 : undefined), {
        concurrency: 8,
      });

      async function judge(response: string, index: number, columns: number | undefined): Promise<void> {
        const folder = join(root, `${name} ${index}`);
        mkdirSync(folder);
        writeFileSync(join(folder, 'in.ndjson'), '{"name":"Ada"}\n{"name":"Bo"}\n');
        const environment = { TORII_SECRET_KEY: 'sk_test_0123456789', TORII_API_URL: `${url}/${index}`, TERM: 'dumb' };
        const ended = await runInProcess(args, { environment, folder, input, ...(columns && { columns }) });
        const { code, stdout, stderr } = ended;
        const seen = json({ response, code, stdout: stdout.slice(0, 500), stderr: stderr.slice(0, 1_000) });
        expect(Object.hasOwn(errors, response) ? [1] : [0, 1], seen).toContain(code);
        if (code === 1) expect(stderr, seen).toMatch(/^torii: ./m);
        expect(stdout + stderr, seen).not.toMatch(/\n +at |Internal error|(Type|Range)Error|\[object/);
        expect(control.test(stderr + (args.includes('export') ? '' : stdout)), seen).toBe(false);
        expect(stderr.length, seen).toBeLessThan(4_000);
        expect(stderr, seen).not.toMatch(/^torii: forged/m);
      }
    },
  );

  test.each(['verify', 'why'])(
    'torii token %s says plainly what is wrong with any response of the issuer',
    async (command) => {
      const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const now = Math.floor(Date.now() / 1000);
      await pMap(
        share(0),
        async ([index, response]) => {
          const issuer = `${url}/${index}`;
          const claims = { iss: issuer, sub: 'user', pid: 'environment', iat: now, exp: now + 600 };
          const signature = Buffer.alloc(64, 1).toString('base64url');
          const input = `${encode({ alg: 'ES256', kid: 'key' })}.${encode(claims)}.${signature}`;
          const args = ['token', command, '--issuer', issuer];
          const { code, stdout, stderr } = await runInProcess(args, { folder: root, input });
          const seen = json({ response, code, stdout: stdout.slice(0, 500), stderr: stderr.slice(0, 1_000) });
          expect([code, stderr], seen).toEqual([
            1,
            expect.stringMatching(/^torii: .*(keys_unavailable|key_unknown).*\n$/),
          ]);
          expect(stdout + stderr, seen).not.toMatch(/\n +at |Internal error|(Type|Range)Error|\[object/);
          expect(control.test(stdout + stderr), seen).toBe(false);
        },
        { concurrency: 8 },
      );
    },
  );

  test('a script of torii console says plainly what is wrong with any response', async () => {
    for (const [index, response] of share(1)) {
      const environment = {
        TORII_SECRET_KEY: 'sk_test_0123456789',
        TORII_API_URL: `${url}/${index}`,
        TORII_ISSUER: url,
      };
      const input = 'await client.users.list()';
      const { code, stdout, stderr } = await runInProcess(['console'], { environment, folder: root, input });
      const seen = json({ response, code, stdout: stdout.slice(0, 500), stderr: stderr.slice(0, 1_000) });
      expect(Object.hasOwn(errors, response) ? [1] : [0, 1], seen).toContain(code);
      if (code === 1) expect(stderr, seen).toMatch(/^torii: .*\n$/);
      expect(stderr, seen).not.toMatch(/\n +at |Internal error|(Type|Range)Error/);
      expect(control.test(stdout + stderr), seen).toBe(false);
    }
  });

  test.each(['null', '5', '"x"', '[]', '{}', '{"id":5}', '{"id":null}'])(
    'refuses a page with the item %s, which is not a user',
    async (item) => {
      const index = names.push(`a page of ${item}`) - 1;
      responses[names[index] ?? ''] = { status: 200, body: item, isItem: true };
      const environment = { TORII_SECRET_KEY: 'sk_test_0123456789', TORII_API_URL: `${url}/${index}` };
      for (const command of ['users list', 'users list --json', 'users get ada@example.com', 'users export']) {
        const ended = await runInProcess(command.split(' '), { environment, folder: root });
        expect([ended.code, ended.stderr], command).toEqual([
          1,
          expect.stringMatching(/^torii: .*item.*TORII_API_URL.*$/m),
        ]);
        expect(ended.stdout, command).not.toContain('5');
      }
    },
  );

  test('separates what the server says from the advice and from the support id', async () => {
    const body = '{"code":"invalid_request","detail":"Not valid","errors":{"email":"is taken"},"supportId":"T-1"}';
    responses[names[names.push('400 with a detail') - 1] ?? ''] = { status: 400, body };
    const environment = { TORII_SECRET_KEY: 'sk_test_0123456789', TORII_API_URL: `${url}/${names.length - 1}` };
    const { stderr } = await runInProcess(['users', 'list'], { environment, folder: root });
    expect(stderr).toContain('Not valid. email: is taken. Support id: T-1.');
  });

  test.each(['"T-1"', '7'])('shows the support id %s', async (supportId) => {
    const index = names.push(`400 with the support id ${supportId}`) - 1;
    responses[names[index] ?? ''] = { status: 400, body: `{"code":"invalid_request","supportId":${supportId}}` };
    const environment = { TORII_SECRET_KEY: 'sk_test_0123456789', TORII_API_URL: `${url}/${index}` };
    const { code, stderr } = await runInProcess(['users', 'list'], { environment, folder: root });
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`400 invalid_request. Support id: ${JSON.parse(supportId)}.`),
    ]);
  });
}
