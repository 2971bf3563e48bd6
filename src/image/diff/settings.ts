import type { ImageConfigFile } from '../../oci/manifest.ts';

/** One setting that is different. */
export interface SettingChange {
  /** `Env PATH`, `Entrypoint`, `User`, `Label dev.ml-deploy.model.digest`, ... */
  readonly setting: string;
  /** Null: not set. */
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Compares what two images say about how they are started.
 * @param before config of the one
 * @param after config of the other one
 * @returns what is different, by name
 */
export function compareSettings(before: ImageConfigFile, after: ImageConfigFile): SettingChange[] {
  const [old, young] = [settingsOf(before), settingsOf(after)];
  return [...new Set([...old.keys(), ...young.keys()])].sort().flatMap((setting): SettingChange[] => {
    const [was, is] = [old.get(setting) ?? null, young.get(setting) ?? null];
    return was === is ? [] : [{ setting, before: was, after: is }];
  });
}

function settingsOf({ os, architecture, config }: ImageConfigFile): Map<string, string> {
  const settings = new Map<string, string>([['Platform', `${os}/${architecture}`]]);
  for (const [key, value] of Object.entries(config ?? {})) {
    if (value === null || value === undefined || value === '') continue;
    if (key === 'Env' && Array.isArray(value)) {
      for (const line of value.map(String)) {
        const equals = line.indexOf('=');
        settings.set(`Env ${line.slice(0, equals)}`, line.slice(equals + 1));
      }
    } else if (key === 'Labels' && typeof value === 'object') {
      for (const [name, text] of Object.entries(value)) settings.set(`Label ${name}`, String(text));
    } else {
      settings.set(key, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  return settings;
}
