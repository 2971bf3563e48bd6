import type { Built, Recipe } from '../build/recipe.ts';
import type { Cluster } from '../cluster.ts';
import type { Service } from '../services/service.ts';
import type { AddonFacts } from '../state.ts';

/** What an add-on can use while it starts. */
export interface AddonContext {
  /** The running cluster: kubectl, addresses, state folder. */
  readonly cluster: Cluster;
  /** Programs and files of one of the add-on's recipes, as seen from the host. */
  readonly built: (recipe: Recipe) => Built;
  /** Folder of a recipe's programs as seen inside the namespaces, for the command of a service. */
  readonly binInside: (recipe: Recipe) => string;
  /** Folder for the add-on's own files, as seen from the host and from inside. */
  readonly folder: { readonly outside: string; readonly inside: string };
  /** Starts a program inside the namespaces; it is started again whenever it ends. */
  readonly startService: (service: Service) => void;
}

/** Something that can be added to a cluster on request. To add one: a file beside this one and a line in index.ts. */
export interface Addon {
  readonly name: string;
  /** Add-ons that have to run first. */
  readonly needs?: readonly string[];
  /** Programs it is made of; they are built before it starts. */
  readonly recipes: readonly Recipe[];
  /** Seconds until it is ready once built. */
  readonly seconds: number;
  /**
   * Starts it and waits until it is ready.
   * @returns what users of the add-on have to know; it appears in cluster.json
   */
  start(context: AddonContext): Promise<AddonFacts>;
  /**
   * Tells whether it still runs; without this it is taken to run as long as the cluster does.
   * @returns false when it has to be started again
   */
  isRunning?(facts: AddonFacts): boolean;
}
