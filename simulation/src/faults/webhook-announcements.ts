import type { PlantedFault } from './planted-fault.ts';

const scenario = 'webhooks';
const announcement = 'packages/core/src/webhooks/announcement.ts';
const receiver = 'packages/core/src/webhooks/receiver.ts';

/** Faults in how a receiver announces revocations. */
export const webhookAnnouncementsFaults: readonly PlantedFault[] = [
  {
    name: 'a failed announcement is forgotten',
    statement: 44,
    scenario,
    changes: [
      {
        file: announcement,
        from: "throw new ToriiWebhookError('revocations_unavailable', message, { cause: loggableCause(error) });",
        to: 'void message;\n    return undefined;',
      },
    ],
    harm: 'The tokens of a banned user stay valid on other servers.',
  },
  {
    name: 'a revocation is as of its delivery',
    statement: 43,
    scenario,
    changes: [{ file: announcement, from: 'isPlausible ? createdMs : signedAtMs', to: 'signedAtMs' }],
    harm: 'A late delivery signs out a user who was unbanned since.',
  },
  {
    name: 'the announcement may take the whole lease',
    statement: 29,
    scenario,
    changes: [
      {
        file: announcement,
        from: "Math.min(timeoutMs, Math.max(1, Math.floor(leftMs()))));\n    if (leftMs() < 0) throw new Error('The announcement took half of `leaseSeconds`.');\n",
        to: 'timeoutMs);\n',
      },
    ],
    harm: 'A handler starts when its lease is over, beside that of another process.',
  },
  {
    name: 'a handler may start after a sleep in the announcement',
    statement: 29,
    scenario,
    changes: [
      {
        file: announcement,
        from: "    if (leftMs() < 0) throw new Error('The announcement took half of `leaseSeconds`.');\n",
        to: '',
      },
    ],
    harm: 'After a sleep, a handler starts when its lease is over.',
  },
  {
    name: 'a lease is kept when the announcement fails',
    statement: 29,
    scenario,
    changes: [
      {
        file: receiver,
        from: '      await claim?.release().catch(() => {});\n      return refuse(error);',
        to: '      return refuse(error);',
      },
    ],
    harm: 'A ban that could not be announced is held back until the lease ends.',
  },
  {
    name: 'events of another environment are announced',
    statement: 43,
    scenario,
    changes: [
      {
        file: announcement,
        from: "  if (environmentId !== null && environmentId !== announcer.environmentId) return 'other_environment';\n",
        to: '',
      },
    ],
    harm: 'A user of this environment is signed out because one of another was banned.',
  },
];
