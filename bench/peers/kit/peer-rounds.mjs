// Rounds of our path and its peers in turn. What a peer loses or doubles is told beside its figures; only our own
// faults fail a run.
import { sumFaults } from '../../kit/arrivals.mjs';
import { inRounds } from '../../kit/rounds.mjs';

/**
 * Runs `ours` and `peers`, each a table of variants. Gives the results of each variant, our faults, and those of each
 * peer's variant.
 */
export async function inPeerRounds(rounds, { ours, peers }) {
  const found = {};
  const variants = { ...ours };
  for (const [name, variant] of Object.entries(peers)) {
    found[name] = [];
    variants[name] = async () => {
      const { faults, ...result } = await variant();
      found[name].push(faults);
      return result;
    };
  }
  const { results, faults } = await inRounds(rounds, variants);
  const peerFaults = Object.fromEntries(
    Object.entries(found).map(([name, all]) => [name, sumFaults(all)]),
  );
  return { results, faults, peerFaults };
}
