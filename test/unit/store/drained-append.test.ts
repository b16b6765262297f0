import { idPlus } from '../../../src/contract/event-id.ts';
import {
  type AppendSteps,
  drainedAppend,
  type FullStep,
  NO_FENCE,
} from '../../../src/store/dialects/drained-append.ts';
import { id } from '../../support/events.ts';

/** Plays the database: gives these full steps in turn and remembers the fences it was asked with. */
function scripted(lean: string | null, full: readonly (FullStep | null)[]) {
  const fences: string[] = [];
  const steps: AppendSteps & { fences: string[]; leans: number } = {
    fences,
    leans: 0,
    lean: async () => {
      steps.leans += 1;
      return lean === null ? null : id(lean);
    },
    full: async (fence) => full[fences.push(fence) - 1] ?? null,
  };
  return steps;
}

const undrained = (base: number, moved: number, fence: string): FullStep => ({
  base: id(base),
  moved,
  isDrained: false,
  fence,
});
const drained = (base: number, moved: number): FullStep => ({
  base: id(base),
  moved,
  isDrained: true,
  fence: null,
});

describe('drainedAppend', () => {
  it('needs one lean step when the inbox is empty', async () => {
    const steps = scripted('7', []);
    expect(await drainedAppend(steps, true)).toEqual({ first: '7', moved: 0 });
    expect(steps.fences).toEqual([]);
  });

  it('puts the drafts behind the rows that the last step moved', async () => {
    const steps = scripted(null, [drained(10, 3)]);
    expect(await drainedAppend(steps, true)).toEqual({ first: '13', moved: 3 });
    expect(steps.fences).toEqual([NO_FENCE]);
  });

  it('leaves the lean step out when it is told to', async () => {
    const steps = scripted('7', [drained(10, 0)]);
    expect(await drainedAppend(steps, false)).toEqual({ first: '10', moved: 0 });
    expect(steps.leans).toBe(0);
  });

  it('goes on to the first fence and to no later one', async () => {
    const steps = scripted(null, [
      undrained(1, 500, '1200'),
      undrained(501, 500, '9000'),
      drained(1001, 500),
    ]);
    expect(await drainedAppend(steps, true)).toEqual({ first: '1501', moved: 1500 });
    expect(steps.fences).toEqual([NO_FENCE, '1200', '1200']);
  });

  it('counts on when another node has moved the rows of its snapshot', async () => {
    const steps = scripted(null, [undrained(1, 0, '500'), drained(501, 0)]);
    expect(await drainedAppend(steps, true)).toEqual({ first: '501', moved: 0 });
  });

  it('ends under producers that never pause', async () => {
    let next = 1;
    let greatest = 5000;
    let numbered = 0;
    const appended = await drainedAppend(
      {
        lean: async () => null,
        full: async (fence) => {
          const from = next;
          next += 500;
          greatest += 2000;
          numbered += 500;
          const isDrained = BigInt(next - 1) >= BigInt(fence);
          return { base: id(from), moved: 500, isDrained, fence: String(greatest) };
        },
      },
      true,
    );
    expect(appended.first).toBe(idPlus(id(1), numbered));
    expect(numbered).toBe(7000);
  });

  it('gives up when the stream has no row again and again', async () => {
    const steps = scripted(null, []);
    await expect(drainedAppend(steps, true)).rejects.toMatchObject({ code: 'StoreUnavailable' });
    expect(steps.fences.length).toBe(10);
  });
});
