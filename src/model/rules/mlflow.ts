import { rule, type Rule } from './rule.ts';

const save = 'Save the model again with mlflow.<flavor>.save_model, without code_paths.';

export const mlflowRules = {
  'mlflow/model': rule('medium', 'inconclusive', 'MLflow cannot load such a model.', save, {
    bad: 'MLmodel without flavors',
    good: 'flavors: {python_function: {loader_module: mlflow.sklearn, model_path: model.pkl}}',
  }),
  'mlflow/loader': rule(
    'high',
    'inconclusive',
    'MLflow imports this module and calls it when it loads the model.',
    'Use a flavor of MLflow itself.',
    {
      cwe: [829],
      cve: ['GHSA-v26q-23qw-4825'],
      bad: 'loader_module: my_loader',
      good: 'loader_module: mlflow.sklearn',
    },
  ),
  'mlflow/code': rule(
    'high',
    'inconclusive',
    'MLflow puts this code on the import path when it loads the model.',
    save,
    {
      cwe: [829],
      bad: 'code: code',
      good: 'code: null',
    },
  ),
  'mlflow/path': rule(
    'high',
    'unsafe',
    'A path out of the folder reads files of the machine that loads the model.',
    'Write the path relative to the folder, without "..".',
    { cwe: [22], bad: 'model_path: ../../other.pkl', good: 'model_path: model.pkl' },
  ),
  'mlflow/missing': rule('medium', 'inconclusive', 'MLflow cannot load the model without it.', save, {
    bad: 'model_path: model.pkl, which is not there',
    good: 'every path that MLmodel names is there',
  }),
  'mlflow/requirement': rule(
    'medium',
    'inconclusive',
    'What is installed from there runs beside the model, and can change at any time.',
    'Take the package from the package index, with a version.',
    { cwe: [829], bad: 'git+https://example.com/x.git', good: 'scikit-learn==1.9.1' },
  ),
  'mlflow/unpinned': rule(
    'low',
    'clean',
    'Another version may be installed tomorrow.',
    'Write the version: name==1.2.3.',
    { cwe: [1357], bad: 'scikit-learn', good: 'scikit-learn==1.9.1' },
  ),
  'mlflow/signature': rule(
    'low',
    'clean',
    'Inputs and outputs cannot be compared with it.',
    'Save the model with a signature.',
    {
      bad: 'inputs: "no JSON"',
      good: `inputs: '[{"name": "a", "type": "double"}]'`,
    },
  ),
} as const satisfies Record<string, Rule>;
