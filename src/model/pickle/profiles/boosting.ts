import type { Profile } from './profile.ts';

/** XGBoost, LightGBM and CatBoost: wrappers around models that they hold as bytes or text of their own formats. */
export const boosting: Profile = {
  id: 'boosting',
  classes: {
    'catboost.core': 'CatBoost CatBoostClassifier CatBoostRanker CatBoostRegressor',
    'lightgbm.basic': 'Booster',
    'lightgbm.sklearn': 'LGBMClassifier LGBMModel LGBMRanker LGBMRegressor',
    'xgboost.callback': 'EarlyStopping EvaluationMonitor LearningRateScheduler',
    'xgboost.core': 'Booster',
    'xgboost.sklearn': 'XGBClassifier XGBModel XGBRFClassifier XGBRFRegressor XGBRanker XGBRegressor',
  },
  containers: {},
  functions: {},
  calls: {},
};

/** imbalanced-learn. */
export const imbalanced: Profile = {
  id: 'imbalanced-learn',
  classes: {
    'imblearn.base': 'FunctionSampler',
    'imblearn.combine._smote_enn': 'SMOTEENN',
    'imblearn.combine._smote_tomek': 'SMOTETomek',
    'imblearn.ensemble._bagging': 'BalancedBaggingClassifier',
    'imblearn.ensemble._easy_ensemble': 'EasyEnsembleClassifier',
    'imblearn.ensemble._forest': 'BalancedRandomForestClassifier',
    'imblearn.ensemble._weight_boosting': 'RUSBoostClassifier',
    'imblearn.metrics.pairwise': 'ValueDifferenceMetric',
    'imblearn.over_sampling._adasyn': 'ADASYN',
    'imblearn.over_sampling._random_over_sampler': 'RandomOverSampler',
    'imblearn.over_sampling._smote.base': 'SMOTE SMOTEN SMOTENC',
    'imblearn.over_sampling._smote.cluster': 'KMeansSMOTE',
    'imblearn.over_sampling._smote.filter': 'BorderlineSMOTE SVMSMOTE',
    'imblearn.pipeline': 'Pipeline',
    'imblearn.under_sampling._prototype_generation._cluster_centroids': 'ClusterCentroids',
    'imblearn.under_sampling._prototype_selection._condensed_nearest_neighbour': 'CondensedNearestNeighbour',
    'imblearn.under_sampling._prototype_selection._edited_nearest_neighbours':
      'AllKNN EditedNearestNeighbours RepeatedEditedNearestNeighbours',
    'imblearn.under_sampling._prototype_selection._instance_hardness_threshold': 'InstanceHardnessThreshold',
    'imblearn.under_sampling._prototype_selection._nearmiss': 'NearMiss',
    'imblearn.under_sampling._prototype_selection._neighbourhood_cleaning_rule': 'NeighbourhoodCleaningRule',
    'imblearn.under_sampling._prototype_selection._one_sided_selection': 'OneSidedSelection',
    'imblearn.under_sampling._prototype_selection._random_under_sampler': 'RandomUnderSampler',
    'imblearn.under_sampling._prototype_selection._tomek_links': 'TomekLinks',
  },
  containers: {},
  functions: {},
  calls: {},
};
