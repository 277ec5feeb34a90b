import { createServer } from 'node:http';

createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"userId":"anyone"}');
}).listen(Number(process.env['PORT']), '127.0.0.1');
