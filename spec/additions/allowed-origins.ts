import { type Additions, body, json, named, problem, responseOf, sameAs, unauthorized } from './addition.ts';

const origins = responseOf('GET', '/allowed-origins');

export const allowedOrigins: Additions = {
  file: 'allowed-origins.ts',
  tag: { name: 'Allowed origins', description: 'The origins whose pages may use the environment.' },
  operations: [
    {
      method: 'GET',
      path: '/allowed-origins',
      operation: {
        description: 'Returns the allowed origins.',
        responses: {
          200: json(
            named('AllowedOrigins', {
              type: 'object',
              description: 'The origins whose pages may use the environment.',
              properties: {
                origins: {
                  type: 'array',
                  description: 'Whole origins, such as `https://app.example.com` or `capacitor://localhost`.',
                  items: { type: 'string' },
                },
              },
              required: ['origins'],
            }),
            'The origins.',
          ),
          401: unauthorized,
        },
      },
    },
    {
      method: 'PUT',
      path: '/allowed-origins',
      operation: {
        description: 'Replaces the allowed origins.',
        requestBody: body(sameAs(origins)),
        responses: {
          200: json(sameAs(origins), 'The origins.'),
          400: problem('A text is not a whole origin.'),
          401: unauthorized,
        },
      },
    },
  ],
};
