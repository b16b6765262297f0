// Which peers are on this machine.
import { isLocalPeer } from '../../../src/server/seats/address.ts';

const onPort = { address: () => ({ address: '0.0.0.0', family: 'IPv4', port: 1 }) };
const onPath = { address: () => '/run/app.sock' };
const closed = { address: () => null };

describe('a peer', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
    'is on this machine at %s',
    (remoteAddress) => {
      for (const server of [onPort, onPath, closed]) {
        expect(isLocalPeer(server, { remoteAddress })).toBe(true);
      }
    },
  );

  it.each([
    '10.0.0.1',
    '128.0.0.1',
    '::ffff:10.0.0.1',
    '::',
    '::2',
    'fe80::1%lo',
    '127.0.0.1.example',
    '',
  ])('is on another machine at %j', (remoteAddress) => {
    for (const server of [onPort, onPath, closed]) {
      expect(isLocalPeer(server, { remoteAddress })).toBe(false);
    }
  });

  it('without an address is on this machine only where a unix socket leads', () => {
    const reset = { remoteAddress: undefined };
    expect(isLocalPeer(onPath, reset)).toBe(true);
    expect(isLocalPeer(onPort, reset)).toBe(false);
    expect(isLocalPeer(closed, reset)).toBe(false);
  });
});
