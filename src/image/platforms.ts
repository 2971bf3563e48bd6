import type { Config } from '../config/config.ts';

/**
 * The configuration of each platform that the image is built for: everything that plans, locks and builds does so for one of them.
 * @param config of the project
 * @returns one configuration per platform, in their order; the first is the configuration itself
 */
export function perPlatform(config: Config): Config[] {
  return config.image.platforms.map((platform) => ({ ...config, image: { ...config.image, platform } }));
}
