import type { Check } from '@torii/core';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { createContext, guarded, untilExpired } from './recipe.ts';

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
const news = createPubSub<{ item: [text: string] }>();

export const yoga = createYoga({
  context: createContext,
  schema: createSchema({
    typeDefs: /* GraphQL */ `
      type User {
        id: ID!
        organization: String
      }
      type Query {
        hello: String!
        me: User
      }
      type Mutation {
        clearCache: Boolean
      }
      type Subscription {
        news: String
      }
    `,
    resolvers: {
      Query: {
        hello: () => 'This field is public. `me` needs a token.',
        me: guarded((_parent, _args, { auth }) => ({ id: auth.userId, organization: auth.organization?.id })),
      },
      Mutation: {
        clearCache: guarded(() => {
          news.publish('item', 'The cache is empty.');
          return true;
        }, isAdmin),
      },
      Subscription: {
        news: {
          subscribe: guarded((_parent, _args, { auth }) => untilExpired(auth, news.subscribe('item'))),
          resolve: (item: string) => item,
        },
      },
    },
  }),
});
