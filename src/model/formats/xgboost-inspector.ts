import { PullParser, type Pulling, type Pushed } from '../pushed.ts';
import { UbjsonError, readUbjson } from '../ubjson.ts';
import type { Inspected, InspectContext, Inspector } from './format.ts';
import { XgboostModel } from './xgboost-model.ts';

/** Checks an XGBoost model in UBJSON. */
export function inspectXgboost(context: InspectContext): Inspector {
  const parser = new PullParser((pushed) => read(pushed, context));
  return {
    write: (chunk) => {
      parser.write(chunk);
    },
    end: () => parser.end(),
  };
}

function* read(pushed: Pushed, { findings }: InspectContext): Pulling<Inspected> {
  const model = new XgboostModel(findings);
  try {
    const value = yield* readUbjson(pushed, (key, item) => (key === 'trees' ? model.takeTree(item) : item));
    const at = pushed.offset;
    const behind = yield* pushed.pass(Number.MAX_SAFE_INTEGER);
    if (behind > 0) findings.add('xgboost/encoding', at, `${behind} bytes stand behind the model.`);
    return model.check(value, 'xgboost');
  } catch (error) {
    if (!(error instanceof UbjsonError)) throw error;
    findings.add('xgboost/encoding', pushed.offset, `The file ${error.message}.`);
    return { format: 'xgboost', facts: {} };
  }
}
