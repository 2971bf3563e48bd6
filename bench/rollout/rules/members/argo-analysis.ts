/**
 * One metric of an AnalysisRun of Argo Rollouts v1.9.1 whose provider is Prometheus and that has a successCondition `result[0] >= limit`, an
 * interval, a failureLimit, and neither count nor failureCondition nor consecutiveSuccessLimit. Semantics from
 * - analysis/analysis.go `runMeasurements` (counters), `assessMetricFailureInconclusiveOrError` (limits), `generateMetricTasks` (when to measure)
 * - utils/evaluate/evaluate.go `EvaluateResult`
 * - pkg/apis/rollouts/v1alpha1/analysis_types.go `EffectiveCount` (interval without count: no end), utils/defaults/defaults.go (error limit 4)
 */
export interface ArgoMetric {
  /** Seconds since the analysis started; whether a measurement is due then. */
  due(seconds: number): boolean;
  /**
   * Takes a measurement.
   * @param result what the query returned; empty when no series matched
   */
  measure(seconds: number, result: readonly number[]): 'Successful' | 'Failed' | 'Error';
  /** Phase of the whole metric; anything but Running aborts the rollout. */
  phase(): 'Running' | 'Failed' | 'Error';
}

export interface ArgoMetricSettings {
  /** successCondition: result[0] >= limit */
  readonly limit: number;
  readonly intervalSeconds: number;
  /** Failed measurements that are tolerated in the whole run: they need not follow each other. */
  readonly failureLimit: number;
  readonly initialDelaySeconds?: number;
}

/** DefaultConsecutiveErrorLimit and DefaultErrorRetryInterval. */
const consecutiveErrorLimit = 4;
const errorRetrySeconds = 10;

/** Starts the metric. */
export function startArgoMetric(settings: ArgoMetricSettings): ArgoMetric {
  let failed = 0;
  let consecutiveErrors = 0;
  let dueAt = settings.initialDelaySeconds ?? 0;
  return {
    due: (seconds) => seconds >= dueAt,
    measure: (seconds, result) => {
      const value = result[0];
      if (value === undefined) {
        // `result[0]` of an empty vector cannot be evaluated: an error, asked again soon, whatever the interval is.
        consecutiveErrors += 1;
        dueAt = seconds + errorRetrySeconds;
        return 'Error';
      }
      consecutiveErrors = 0;
      dueAt = seconds + settings.intervalSeconds;
      // Without a failureCondition what is not a success is a failure, so NaN (0 of 0 requests) is one.
      if (value >= settings.limit) return 'Successful';
      failed += 1;
      return 'Failed';
    },
    phase: () => {
      if (consecutiveErrors > consecutiveErrorLimit) return 'Error';
      return failed > settings.failureLimit ? 'Failed' : 'Running';
    },
  };
}
