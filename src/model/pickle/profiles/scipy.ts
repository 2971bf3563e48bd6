import { Container, type Value } from '../values.ts';
import type { Profile } from './profile.ts';

const sparse = ['bsr', 'coo', 'csc', 'csr', 'dia', 'dok', 'lil'];

/** SciPy: sparse matrices, splines, interpolation, and the distributions of parameter searches. */
export const scipy: Profile = {
  id: 'scipy',
  classes: {
    // Up to SciPy 1.7 the modules have no underscore.
    ...Object.fromEntries(
      sparse.flatMap((format) => [
        [`scipy.sparse.${format}`, `${format}_matrix`],
        [`scipy.sparse._${format}`, `${format}_matrix ${format}_array`],
      ]),
    ),
    'scipy.interpolate._bsplines': 'BSpline _BSpline',
    'scipy.interpolate._interpolate': 'PPoly interp1d',
    'scipy.interpolate._cubic': 'Akima1DInterpolator CubicHermiteSpline CubicSpline PchipInterpolator',
    'scipy.interpolate.interpolate': 'interp1d',
    'scipy.stats._distn_infrastructure': 'rv_continuous_frozen rv_discrete_frozen rv_frozen',
    'scipy.stats._continuous_distns':
      'alpha_gen anglit_gen arcsine_gen argus_gen beta_gen betaprime_gen bradford_gen burr12_gen burr_gen ' +
      'cauchy_gen chi2_gen chi_gen cosine_gen crystalball_gen dgamma_gen dpareto_lognorm_gen dweibull_gen ' +
      'erlang_gen expon_gen exponnorm_gen exponpow_gen exponweib_gen f_gen fatiguelife_gen fisk_gen ' +
      'foldcauchy_gen foldnorm_gen gamma_gen gausshyper_gen genexpon_gen genextreme_gen gengamma_gen ' +
      'genhalflogistic_gen genhyperbolic_gen geninvgauss_gen genlogistic_gen gennorm_gen genpareto_gen gibrat_gen ' +
      'gompertz_gen gumbel_l_gen gumbel_r_gen halfcauchy_gen halfgennorm_gen halflogistic_gen halfnorm_gen ' +
      'hypsecant_gen invgamma_gen invgauss_gen invweibull_gen irwinhall_gen jf_skew_t_gen johnsonsb_gen ' +
      'johnsonsu_gen kappa3_gen kappa4_gen ksone_gen kstwo_gen kstwobign_gen landau_gen laplace_asymmetric_gen ' +
      'laplace_gen levy_gen levy_l_gen loggamma_gen logistic_gen loglaplace_gen lognorm_gen lomax_gen maxwell_gen ' +
      'mielke_gen moyal_gen nakagami_gen ncf_gen nct_gen ncx2_gen norm_gen norminvgauss_gen pareto_gen ' +
      'pearson3_gen powerlaw_gen powerlognorm_gen powernorm_gen rayleigh_gen rdist_gen recipinvgauss_gen ' +
      'reciprocal_gen rel_breitwigner_gen rice_gen semicircular_gen skewcauchy_gen skewnorm_gen ' +
      'studentized_range_gen t_gen trapezoid_gen triang_gen truncexpon_gen truncnorm_gen truncpareto_gen ' +
      'truncweibull_min_gen tukeylambda_gen uniform_gen vonmises_gen wald_gen weibull_max_gen weibull_min_gen ' +
      'wrapcauchy_gen',
    'scipy.stats._discrete_distns':
      '_nchypergeom_gen bernoulli_gen betabinom_gen betanbinom_gen binom_gen boltzmann_gen dlaplace_gen geom_gen ' +
      'hypergeom_gen logser_gen nbinom_gen nchypergeom_fisher_gen nchypergeom_wallenius_gen nhypergeom_gen ' +
      'planck_gen poisson_binom_gen poisson_gen randint_gen skellam_gen yulesimon_gen zipf_gen zipfian_gen',
  },
  containers: {},
  functions: {
    'scipy._lib.array_api_compat.numpy._aliases': 'asarray',
    'scipy.special._ufuncs': 'expit log_expit logit',
    'scipy.special': 'expit log_expit logit softmax',
  },
  calls: {},
  states: {
    'scipy.stats._continuous_distns': distributionState,
    'scipy.stats._discrete_distns': distributionState,
  },
};

/**
 * The text of `_parse_arg_template` that SciPy generates for its distributions, and runs when it restores their state: any other text
 * there would run as well. Names and commas only, so nothing in it can call anything else.
 */
const generatedTemplate = new RegExp(
  '^\\ndef _parse_args\\(self, [\\w, ]*(loc=0)?(, scale=1)?\\):\\n {4}return \\([\\w, ]*\\), [\\w, ]+\\n' +
    '(\\ndef _parse_args_rvs\\(self, [\\w, ]*(loc=0)?(, scale=1)?, size=None\\):\\n' +
    ' {4}return self\\._argcheck_rvs\\([\\w, ]*, size=size\\)\\n)?' +
    "\\ndef _parse_args_stats\\(self, [\\w, ]*(loc=0)?(, scale=1)?, moments='mv'\\):\\n" +
    ' {4}return \\([\\w, ]*\\), [\\w, ]+, moments\\n$',
);

/** Null when the state of a distribution is what SciPy writes, else why not. */
function distributionState(state: Value): string | null {
  if (!(state instanceof Container) || state.kind !== 'dict' || state.dropped)
    return 'has a state that is not a plain dict';
  const template = state.entry('_parse_arg_template');
  if (template === undefined || template === null) return null;
  const generated = typeof template === 'string' && generatedTemplate.test(template);
  return generated ? null : 'carries program text that SciPy would run while the model is loaded';
}
