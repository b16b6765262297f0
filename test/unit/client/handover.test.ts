import { Handover } from '../../../src/client/handover.ts';

describe('Handover', () => {
  it('is done with an item when the loop comes back', async () => {
    const handover = new Handover<number>();
    let isDone = false;
    const next = handover.next();
    const offered = handover.offer(1).then(() => {
      isDone = true;
    });
    expect(await next).toBe(1);
    expect(isDone).toBe(false);
    const later = handover.next();
    await offered;
    handover.end();
    expect(await later).toBeNull();
  });

  it('is not done with an item that nobody took', async () => {
    const handover = new Handover<number>();
    let isDone = false;
    void handover.offer(1).then(() => {
      isDone = true;
    });
    expect(await handover.next()).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
  });

  it('is not done with what it was left with', async () => {
    const handover = new Handover<number>();
    const next = handover.next();
    const offered = handover.offer(1);
    await next;
    handover.leave();
    await expect(offered).rejects.toThrow('left');
  });

  it('gives null behind the end, and what was offered before it first', async () => {
    const handover = new Handover<number>();
    void handover.offer(1);
    handover.end();
    expect(await handover.next()).toBe(1);
    expect(await handover.next()).toBeNull();
    expect(await handover.next()).toBeNull();
  });
});
