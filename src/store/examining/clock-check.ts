// The clock of the database against that of this machine. The way there and back is no difference of clocks.
import type { Check } from './patient.ts';

/** Machines that are set by NTP differ by less than a tenth of it. */
const DIFFERENCE_MS_MAX = 2000;

export const clockCheck: Check = {
  subject: 'its clock',
  look: async (patient) => {
    const beforeMs = Date.now();
    const theirMs = await patient.nowMs();
    const afterMs = Date.now();
    const aheadMs = theirMs - Math.min(Math.max(theirMs, beforeMs), afterMs);
    if (Math.abs(aheadMs) <= DIFFERENCE_MS_MAX) return [];
    const seconds = (Math.abs(aheadMs) / 1000).toFixed(1);
    return [
      {
        id: 'clock-differs',
        found: `Its clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} that of this machine.`,
        mend: 'Set the clocks of both machines by NTP.',
        sql: [],
      },
    ];
  },
};
