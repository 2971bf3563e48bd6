import { failed, passed, skipped, type StartCheck } from './check.ts';

/** The device the configuration asks for, answered honestly. */
export const device: StartCheck = {
  id: 'device',
  title: 'Runs on the device that was asked for',
  look: ({ config, facts, running }) => {
    const wish = config.smoke.device;
    if (wish !== 'cpu' && facts.hardware.device === 'gpu' && running.stop === null) {
      return skipped(`${facts.deviceNote} Whether the running server uses it cannot be seen from outside.`);
    }
    return passed(facts.deviceNote, `smoke.device ${wish}`);
  },
};

/** Not a tag that moved, not another image from a cache. */
export const image: StartCheck = {
  id: 'image',
  title: 'The image that runs is the one that was built',
  look: ({ wantedDigest, platformDigests, facts, running }) => {
    if (wantedDigest === null || facts.imageDigest === null) {
      return skipped(
        running.stop === null
          ? 'Which image a running server was started from cannot be seen from outside.'
          : 'The runtime does not report the digest of the image.',
      );
    }
    if (facts.imageDigest === wantedDigest) {
      return passed('The runtime reports the digest that was asked for.', wantedDigest);
    }
    return platformDigests.includes(facts.imageDigest)
      ? passed(
          'The runtime reports another digest of the same image: an index and the images for its platforms have one each.',
          wantedDigest,
        )
      : failed(`Another image runs: the runtime reports the digest ${facts.imageDigest}.`, wantedDigest);
  },
};

/** Root in a container is one kernel bug away from root on the node. */
export const nonRoot: StartCheck = {
  id: 'non-root',
  title: 'Runs as non-root',
  look: ({ facts: { nonRoot: fact } }) => {
    if (fact === null) return skipped('The user of a running server cannot be seen from outside.');
    return fact.proved ? passed(fact.how) : failed(fact.how);
  },
};
