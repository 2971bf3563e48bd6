import { sklearnClasses } from './sklearn-classes.ts';
import type { ArgumentCheck, Profile } from './profile.ts';
import { newOf } from './python.ts';

const classification =
  'accuracy_score balanced_accuracy_score brier_score_loss cohen_kappa_score f1_score fbeta_score hamming_loss hinge_loss jaccard_score ' +
  'log_loss matthews_corrcoef precision_score recall_score zero_one_loss';
const regression =
  'd2_absolute_error_score d2_pinball_score d2_tweedie_score explained_variance_score max_error mean_absolute_error ' +
  'mean_absolute_percentage_error mean_gamma_deviance mean_pinball_loss mean_poisson_deviance mean_squared_error ' +
  'mean_squared_log_error mean_tweedie_deviance median_absolute_error r2_score root_mean_squared_error root_mean_squared_log_error';
const ranking =
  'average_precision_score dcg_score label_ranking_average_precision_score ndcg_score roc_auc_score top_k_accuracy_score';

const losses = sklearnClasses['sklearn._loss._loss'] ?? '';

/** scikit-learn: estimators, kernels, losses, scorers, trees. */
export const sklearn: Profile = {
  id: 'sklearn',
  // The releases 1.3 to 1.5 write the losses under a module name without its package.
  classes: { ...sklearnClasses, _loss: losses },
  containers: {
    'sklearn.covariance._graph_lasso': '_DictWithDeprecatedKeys',
    'sklearn.utils': 'Bunch',
    'sklearn.utils._bunch': 'Bunch',
  },
  functions: {
    'sklearn.metrics._classification': classification,
    'sklearn.metrics._scorer': '_passthrough_scorer',
    'sklearn.metrics._regression': regression,
    'sklearn.metrics._ranking': ranking,
    'sklearn.metrics.cluster._supervised':
      'adjusted_mutual_info_score adjusted_rand_score completeness_score fowlkes_mallows_score homogeneity_score mutual_info_score ' +
      'normalized_mutual_info_score rand_score v_measure_score',
    'sklearn.metrics.cluster._unsupervised': 'calinski_harabasz_score davies_bouldin_score silhouette_score',
    'sklearn.metrics.pairwise':
      'cosine_distances cosine_similarity euclidean_distances haversine_distances laplacian_kernel linear_kernel ' +
      'manhattan_distances polynomial_kernel rbf_kernel sigmoid_kernel',
    'sklearn.feature_selection._univariate_selection': 'chi2 f_classif f_regression r_regression',
    'sklearn.feature_selection._mutual_info': 'mutual_info_classif mutual_info_regression',
    'sklearn.cluster._kmeans': '_kmeans_single_elkan _kmeans_single_lloyd',
    'sklearn.model_selection._search': '_yield_masked_array_for_each_param',
    'sklearn.preprocessing._data':
      'binarize maxabs_scale minmax_scale normalize power_transform quantile_transform robust_scale scale',
    'sklearn.utils.validation': '_num_samples check_array',
  },
  calls: {
    'sklearn.metrics._dist_metrics newObj': newOf,
    'sklearn.neighbors._dist_metrics newObj': newOf,
    'sklearn.neighbors._ball_tree newObj': newOf,
    'sklearn.neighbors._kd_tree newObj': newOf,
    ...cythonCalls('sklearn._loss._loss', losses),
    ...cythonCalls('_loss', losses),
  },
};

/** What Cython generates to restore the classes of a module. */
function cythonCalls(module: string, classes: string): Record<string, ArgumentCheck> {
  return Object.fromEntries(classes.split(' ').map((name) => [`${module} __pyx_unpickle_${name}`, newOf]));
}
