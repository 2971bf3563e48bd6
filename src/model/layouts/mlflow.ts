import type { Layout } from './layout.ts';

/** Folders that MLflow saves: `MLmodel` says what loads what. */
export const mlflow: Layout = {
  id: 'mlflow',
  check: async (unit) => {
    const files = unit.named('MLmodel');
    if (files.length === 0) return {};
    const { checkModels } = await import('./mlflow-model.ts');
    return checkModels(unit, files);
  },
};
