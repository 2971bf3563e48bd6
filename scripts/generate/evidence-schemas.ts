import { createGenerator } from 'ts-json-schema-generator';
import type { JsonSchema } from './json-schema.ts';

const stages = {
  validate: 'ValidateEvidence',
  build: 'BuildEvidence',
  smoke: 'SmokeEvidence',
  rollout: 'RolloutEvidence',
};

/** JSON Schema of a published type: `Notification` in the source becomes `notification-v1.json`. */
export function publishedSchema(source: string, type: string): JsonSchema {
  const schema = generatorFor(source).createSchema(type) as JsonSchema;
  return {
    ...schema,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `https://ml-deploy.dev/schema/${type.toLowerCase()}-v1.json`,
    title: type,
  };
}

function generatorFor(path: string): ReturnType<typeof createGenerator> {
  return createGenerator({
    path,
    tsconfig: 'tsconfig.check.json',
    skipTypeCheck: true,
    topRef: false,
    additionalProperties: false,
    sortProps: false,
  });
}

/** One JSON Schema per stage, made from the types, so that the two cannot disagree. */
export function evidenceSchemas(source: string): Map<string, JsonSchema> {
  const generator = generatorFor(source);
  return new Map(
    Object.entries(stages).map(([stage, type]): [string, JsonSchema] => {
      const schema = generator.createSchema(type) as JsonSchema;
      const volatile = schema.properties?.['volatile'];
      if (volatile === undefined) throw new Error(`${type} has no field "volatile"`);
      volatile['x-volatile'] = true;
      volatile.description = 'May differ between two runs of the same thing: times, hosts, measurements.';
      return [
        stage,
        {
          ...schema,
          $schema: 'https://json-schema.org/draft/2020-12/schema',
          $id: `https://ml-deploy.dev/schema/${stage}-evidence-v1.json`,
          title: `Evidence of the stage ${stage}`,
        },
      ];
    }),
  );
}
