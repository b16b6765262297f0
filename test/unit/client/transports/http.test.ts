// Where calls go.
import { createClient } from '../../../../src/client/index.ts';
import { postText, rpcUrl } from '../../../../src/client/transports/http.ts';

describe('rpcUrl', () => {
  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/rpc'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/rpc'],
    ['https://shop.example/events//', 'https://shop.example/events/rpc'],
    ['http://[::1]:80', 'http://[::1]/rpc'],
  ])('%s is called at %s', (address, url) => {
    expect(rpcUrl(address)).toBe(url);
  });

  it.each(['', 'shop.example:8080', '127.0.0.1:8080', 'ws://shop.example', 'file:///tmp'])(
    'refuses %p, which is no HTTP address',
    (address) => {
      expect(() => rpcUrl(address)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
      expect(() => createClient({ url: address })).toThrow(
        'createClient: url must be an HTTP address',
      );
    },
  );

  it.each([
    'http://key-1@shop.example',
    'http://ada:key-1@shop.example',
    'http://shop.example?key-1',
  ])('refuses %p without showing what may be a key', (address) => {
    expect(() => rpcUrl(address)).toThrow(/: url must hold no name, key, query or fragment/);
    expect(() => rpcUrl(address)).not.toThrow(/key-1/);
  });

  it.each(['http://shop.example/rpc', 'https://shop.example/events/futoin/'])(
    'refuses %p, which is one of the doors already',
    (address) => {
      expect(() => rpcUrl(address)).toThrow(/without \/rpc or \/futoin/);
    },
  );
});

describe('postText', () => {
  it('fails at once with a key that no header can carry', async () => {
    const peer = { url: 'http://127.0.0.1:1/rpc', key: '€' };
    const failure = postText(peer, '{}', new AbortController().signal);
    await expect(failure).rejects.toThrow('ByteString');
    await expect(failure).rejects.not.toHaveProperty('code');
  });
});
