import { createServer } from 'node:http';
import { app } from './app.ts';

const port = Number(process.env.PORT ?? 3000);

createServer((request, response) => {
  app(request, response).catch((error: unknown) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}).listen(port, () => console.log(`The app listens on http://localhost:${port}`));
