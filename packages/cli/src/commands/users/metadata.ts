import type { User } from '@torii/api';
import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor, findUser, findUserId } from '../../client.ts';
import type { Context } from '../../context.ts';
import {
  addMetadataOptions,
  bagNames,
  type MetadataOptions,
  mergedMetadataHelp,
  metadataColumns,
  metadataFrom,
} from '../../metadata.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';

type UserBags = Pick<User, 'id' | (typeof bagNames)[number]>;

const examples = `${mergedMetadataHelp}

Examples:
  $ torii users metadata ada@example.com
  $ torii users metadata ada@example.com \\
      --public '{"plan":"pro","trial":null}'
  $ torii users metadata ada@example.com \\
      --private @crm.json --json`;

export function addUsersMetadata(users: Command, context: Context): void {
  addFormOptions(addApiOptions(addMetadataOptions(users.command('metadata'))))
    .argument('<user>', 'id or email')
    .description('Show the metadata of a user, or change it.')
    .addHelpText('after', examples)
    .action(async (who: string, options: ApiOptions & FormOptions & MetadataOptions) => {
      const { output, signal } = context;
      const bags = await metadataFrom(context, options);
      const client = await clientFor(context, options);
      const user =
        Object.keys(bags).length === 0
          ? await findUser(client, who, signal)
          : await client.users.updateMetadata(await findUserId(client, who, signal), bags, { signal });
      const { id, publicMetadata, privateMetadata, unsafeMetadata } = user;
      const shown: UserBags = { id, publicMetadata, privateMetadata, unsafeMetadata };
      const columns = [{ title: 'id', value: (each: UserBags) => each.id }, ...metadataColumns<UserBags>(bagNames)];
      await writeRecord(output, formOf(options), columns, shown);
    });
}
