/**
 * A platform as a part of a file name.
 * @param platform `linux/arm64`
 * @returns `linux-arm64`
 */
export function platformName(platform: string): string {
  return platform.replaceAll('/', '-');
}
