// Where a server listens, and whether that, or a peer, is this machine.
import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

const LOOPBACK = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/i;

/** As `http://127.0.0.1:8080`. Throws while there is none. */
export function urlOf(server: HttpServer): string {
  const address = server.address();
  if (address === null) throw new Error('There is no URL: the server does not listen.');
  if (typeof address === 'string') {
    throw new Error(`There is no URL: the server listens on the socket ${address}.`);
  }
  const { address: host, port, family } = address;
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  return `${scheme}://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
}

/** The address that lets other machines in; null when there is none, as far as can be told. */
export function openAddressOf(server: HttpServer): string | null {
  const address = server.address();
  if (address === null || typeof address === 'string') return null;
  return LOOPBACK.test(address.address) ? null : address.address;
}

/**
 * True when the peer is on this machine. A unix socket's has no address; but neither has a peer that reset its
 * connection while its request waits to be read, so what counts there is where the server listens.
 */
export function isLocalPeer(
  server: Pick<HttpServer, 'address'>,
  { remoteAddress }: Pick<Socket, 'remoteAddress'>,
): boolean {
  if (remoteAddress === undefined) return typeof server.address() === 'string';
  return LOOPBACK.test(remoteAddress);
}
