import type { Recipe } from './recipe.ts';

/** What `go mod edit -json` prints, as far as we read it. */
export interface ModFile {
  readonly Go?: string;
  readonly Replace?: readonly {
    readonly Old: { readonly Path: string; readonly Version?: string };
    readonly New: { readonly Path: string; readonly Version?: string };
  }[];
  readonly Exclude?: readonly { readonly Path: string; readonly Version: string }[];
}

/**
 * Writes the go.mod of a module of ours that builds the recipe's programs exactly as their own module would.
 * @param recipe what is built
 * @param own go.mod of the recipe's module, parsed
 * @returns text of the go.mod
 */
export function goMod(recipe: Recipe, own: ModFile): string {
  const lines = [`module build.test/${recipe.name}`, '', `go ${own.Go ?? '1.24'}`, ''];
  lines.push(`require ${recipe.module} ${recipe.version}`);
  for (const [path, version] of Object.entries(recipe.require ?? {})) lines.push(`require ${path} ${version}`);
  for (const { Old, New } of own.Replace ?? []) {
    const old = Old.Version ? `${Old.Path} ${Old.Version}` : Old.Path;
    if (New.Version) lines.push(`replace ${old} => ${New.Path} ${New.Version}`);
    else if (recipe.localReplaceVersion) lines.push(`replace ${old} => ${Old.Path} ${recipe.localReplaceVersion}`);
    else throw new Error(`${recipe.name}: ${old} is replaced by the folder ${New.Path}; set localReplaceVersion`);
  }
  for (const { Path, Version } of own.Exclude ?? []) lines.push(`exclude ${Path} ${Version}`);
  return lines.join('\n') + '\n';
}

/**
 * Source of the file that makes the module depend on the recipe's programs.
 * @param recipe what is built
 * @returns Go source, or undefined when the recipe brings its own main.go
 */
export function toolsGo(recipe: Recipe): string | undefined {
  if (recipe.main) return undefined;
  const imports = Object.values(recipe.packages).map((path) => `import _ ${JSON.stringify(path)}`);
  return ['//go:build tools', '', 'package tools', '', ...imports, ''].join('\n');
}
