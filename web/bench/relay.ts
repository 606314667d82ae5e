import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes requests on to `target`, and says of each that it has come. */
export async function relayTo(target: string, came: (method: string, url: string) => void): Promise<{ url: string; close: () => void }> {
  const server = createServer((asked, answer) => {
    came(asked.method ?? '', asked.url ?? '');
    const { host: _, ...headers } = asked.headers;
    const passed = request(target + asked.url, { method: asked.method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
