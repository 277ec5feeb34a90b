import { spawnSync } from 'node:child_process';
import { onTestFinished, type TestContext } from 'vitest';

/** The network of a container: its own loopback and an address that the other container can reach. */
export interface ContainerNetwork {
  readonly address: string;
  /** The arguments for `spawn()` that run a command in this network. */
  inside(command: string, args: readonly string[]): [command: string, args: string[]];
}

/**
 * Connects two network namespaces of Linux by a virtual cable. They are removed at the end of the test. Skips the test if
 * they cannot be created.
 */
export function connectTwoNetworks({ skip }: Pick<TestContext, 'skip'>): readonly [ContainerNetwork, ContainerNetwork] {
  const ends = ['a', 'b'].map((end, index) => ({
    name: `torii${process.pid}${end}`,
    cable: `t${process.pid}${end}`,
    address: `10.213.7.${index + 1}`,
  })) as [End, End];
  onTestFinished(() => {
    for (const { name } of ends) spawnSync('ip', ['netns', 'del', name]);
  });
  const [first, second] = ends;
  for (const args of [
    ...ends.map(({ name }) => ['netns', 'add', name]),
    ['link', 'add', first.cable, 'netns', first.name, 'type', 'veth', 'peer', second.cable, 'netns', second.name],
    ...ends.flatMap(({ name, cable, address }) => [
      ['-n', name, 'link', 'set', 'lo', 'up'],
      ['-n', name, 'addr', 'add', `${address}/24`, 'dev', cable],
      ['-n', name, 'link', 'set', cable, 'up'],
    ]),
  ]) {
    const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
    if (status === 0) continue;
    const reason = (error?.message ?? stderr).trim();
    skip(
      `needs network namespaces: ip ${args.slice(0, 3).join(' ')} failed (${reason}). Run as root on Linux with iproute2`,
    );
  }
  return [networkOf(first), networkOf(second)];
}

interface End {
  readonly name: string;
  readonly cable: string;
  readonly address: string;
}

function networkOf({ name, address }: End): ContainerNetwork {
  return { address, inside: (command, args) => ['ip', ['netns', 'exec', name, command, ...args]] };
}
