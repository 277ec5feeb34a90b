import { isIP } from 'node:net';
import { assertOption, isLoopback } from '@torii/core/internal';

export interface ServerAddress {
  readonly address: string;
  readonly host: string;
  readonly isIp: boolean;
  readonly isLoopback: boolean;
  readonly requiresTls: boolean;
}

const form = /^(?:(nats|tls):\/\/)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?\/?$/;

// Parses the addresses without the NATS client, which ignores `tls://` and quotes an address with its password in
// errors. A comma separates addresses, as in NATS_URL of NATS's own tools.
export function readServers(given: unknown): readonly ServerAddress[] {
  const example = "Write servers: 'nats://127.0.0.1:4222', or tls:// for a server on another machine";
  const servers: readonly unknown[] = Array.isArray(given) ? [...given] : [given];
  const areTexts = servers.length > 0 && servers.every((server) => typeof server === 'string' && server.trim() !== '');
  assertOption('servers', areTexts, `must be a non-empty string or a list of them. ${example}`);
  const texts = servers.flatMap((server) => String(server).split(',')).map((text) => text.trim());
  // The messages never quote an address, because a part of a password could look like one.
  return texts.map((text, index) => {
    const place = texts.length === 1 ? '' : `contains a wrong address: number ${index + 1} of ${texts.length} `;
    return readServer(text, place, example);
  });
}

function readServer(text: string, place: string, example: string): ServerAddress {
  assertOption('servers', text !== '', `${place}is empty. Remove the extra comma`);
  // Refuse a password, because addresses are logged. NFKC also finds the fullwidth @, which URL parsers accept.
  assertOption(
    'servers',
    !/@|%40/i.test(text.normalize('NFKC')),
    `${place}must not contain a user name or password. Pass them in \`login\``,
  );
  const [, scheme = 'nats', name = '', port = '4222'] = form.exec(text) ?? [];
  const url = `http://${name}:${port}`;
  assertOption('servers', name !== '' && URL.canParse(url), `${place}is not the address of a NATS server. ${example}`);
  // The URL parser converts spellings such as 2130706433 and 127.1 to 127.0.0.1, so that `isLoopback` recognizes them.
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    address: `${hostname}:${port}`,
    host,
    isIp: isIP(host) !== 0,
    isLoopback: isLoopback(hostname),
    requiresTls: scheme === 'tls',
  };
}
