import { documentedImage, imageUrl } from './purl.ts';

/** What is told about one build. */
export interface BuildFacts {
  readonly subjects: readonly { readonly name: string; readonly digest: string }[];
  readonly project: string;
  /** `sha256:...` of the resolved configuration. */
  readonly configuration: string;
  readonly environmentName: string | null;
  readonly server: string;
  readonly builder: string;
  /** Reference of the base image for each platform; null when a Dockerfile of the user chooses it. */
  readonly bases: readonly { readonly reference: string | null; readonly platform: string }[];
  readonly modelDigest: string;
  /** Files of the project that were read, with their sha256 in hex. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  /** RFC 3339. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** `ml-deploy/X.Y.Z` */
  readonly engine: string;
  /** Name of the machine or run, where no CI system says more. */
  readonly host: string;
  /** Variables of the CI system. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Predicate type of SLSA provenance. */
const slsaProvenance = 'https://slsa.dev/provenance/v1';
/** What our external parameters mean: docs/supply-chain.md. */
const buildType = 'https://ml-deploy.dev/build/v1';

/**
 * SLSA provenance v1 of a build, as an in-toto statement. It says what the machine that built knows; only a signature makes it proof.
 * @param facts of the build
 * @returns the statement
 */
export function provenance(facts: BuildFacts): object {
  const ci = ciRun(facts.environment);
  const [name = facts.engine, version = ''] = facts.engine.split('/');
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: facts.subjects.map(({ name: subject, digest }) => ({ name: subject, digest: digestSet(digest) })),
    predicateType: slsaProvenance,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: {
          project: facts.project,
          configuration: { digest: digestSet(facts.configuration) },
          environment: facts.environmentName,
          server: facts.server,
          platform: facts.bases.map(({ platform }) => platform).join(','),
        },
        internalParameters: { builder: facts.builder },
        resolvedDependencies: [
          { name: 'model', digest: digestSet(facts.modelDigest) },
          ...facts.bases.flatMap(({ reference, platform }) => {
            return reference === null ? [] : [baseDependency(reference, platform)];
          }),
          ...facts.files.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
          ...(ci?.source === undefined ? [] : [ci.source]),
        ],
      },
      runDetails: {
        builder: { id: ci?.builder ?? `https://ml-deploy.dev/builder/local`, version: { [name]: version } },
        metadata: {
          invocationId: ci?.run ?? `${facts.host}/${facts.startedAt}`,
          startedOn: facts.startedAt,
          finishedOn: facts.endedAt,
        },
      },
    },
  };
}

function digestSet(digest: string): Record<string, string> {
  const [algorithm = '', hex = ''] = digest.split(':');
  return { [algorithm]: hex };
}

function baseDependency(reference: string, platform: string): object {
  const base = documentedImage(reference);
  const { digest } = base;
  return {
    name: 'base',
    uri: imageUrl(base, platform),
    ...(digest === null ? { annotations: { reference } } : { digest: digestSet(digest) }),
  };
}

/** What a CI system says about the run. */
interface CiRun {
  readonly builder: string;
  readonly run: string;
  readonly source?: object;
}

/** GitHub Actions and GitLab CI, whose variables are documented and name their own commit. */
function ciRun(environment: Readonly<Record<string, string>>): CiRun | null {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, GITHUB_SHA: sha } = environment;
  if (server !== undefined && repository !== undefined && run !== undefined) {
    const { GITHUB_WORKFLOW_REF: workflow, GITHUB_RUN_ATTEMPT: attempt = '1', GITHUB_REF: ref } = environment;
    return {
      builder: `${server}/${workflow ?? `${repository}/actions`}`,
      run: `${server}/${repository}/actions/runs/${run}/attempts/${attempt}`,
      ...(sha === undefined ? {} : { source: gitSource(`${server}/${repository}`, ref ?? null, sha) }),
    };
  }
  const { CI_PROJECT_URL: project, CI_JOB_URL: job, CI_COMMIT_SHA: commit, CI_COMMIT_REF_NAME: branch } = environment;
  if (project === undefined || job === undefined) return null;
  return {
    builder: `${project}/-/runners`,
    run: job,
    ...(commit === undefined ? {} : { source: gitSource(project, branch ?? null, commit) }),
  };
}

function gitSource(repository: string, ref: string | null, commit: string): object {
  return { name: 'source', uri: `git+${repository}${ref === null ? '' : `@${ref}`}`, digest: { gitCommit: commit } };
}
