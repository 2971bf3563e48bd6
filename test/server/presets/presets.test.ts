import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { MetricsConfig } from '../../../src/config/config.ts';
import { readCounters } from '../../../src/rollout/analysis/count.ts';
import { countRules } from '../../../src/rollout/analysis/count-rules.ts';
import type { MetricsPreset } from '../../../src/server/metrics-preset.ts';
import { presets } from '../../../src/server/presets/index.ts';

const metrics: MetricsConfig = {
  prometheus: null,
  preset: 'server',
  model: null,
  port: null,
  path: null,
  gateway: null,
  custom: [],
};

function counts(preset: MetricsPreset, text: string, underMs: number | null = null) {
  const latency = underMs === null ? null : { underMs, share: 0.99 };
  const rules = countRules({ slo: { errors: 0.01, latency }, metrics }, preset);
  return readCounters(text, rules, preset.startTime).counts;
}

function recorded(name: string): string {
  return readFileSync(new URL(`recorded/${name}`, import.meta.url), 'utf8');
}

describe('recorded from the real server', () => {
  test('Triton: one model of two; what its Python model answered as an error is among the successes', () => {
    expect(counts(presets.triton('fraud'), recorded('triton-2.51.txt'))).toEqual({ errors: { total: 8, bad: 2 } });
    expect(counts(presets.triton('other'), recorded('triton-2.51.txt'))).toEqual({ errors: { total: 1, bad: 0 } });
  });

  test('MLServer: probes are left out, the clients mistakes are no errors', () => {
    expect(counts(presets.mlserver(), recorded('mlserver-1.7.1.txt'), 25)).toMatchObject({
      errors: { total: 9, bad: 2 },
      latency: { total: 9 },
    });
  });
});

describe('in the form that its source gives', () => {
  test('TensorFlow Serving: statuses of the server only, microseconds', () => {
    const name = ':tensorflow:serving:request_count';
    const latency = ':tensorflow:serving:request_latency_bucket{model_name="fraud",API="Predict",entrypoint="REST",le';
    const text = [
      `${name}{model_name="fraud",status="OK"} 90`,
      `${name}{model_name="fraud",status="INVALID_ARGUMENT"} 6`,
      `${name}{model_name="fraud",status="INTERNAL"} 3`,
      `${name}{model_name="fraud",status="UNAVAILABLE"} 1`,
      `${name}{model_name="other",status="INTERNAL"} 50`,
      `${latency}="121437"} 80`,
      `${latency}="218591.1559"} 85`,
      `${latency}="+Inf"} 90`,
    ].join('\n');
    expect(counts(presets['tensorflow-serving']('fraud'), text, 218.6)).toEqual({
      errors: { total: 100, bad: 4 },
      latency: { total: 90, bad: 5 },
    });
  });

  test('TorchServe: predictions and failures; probes are not the total', () => {
    const text = [
      'ts_inference_requests_total{model_name="fraud",model_version="default",hostname="h",} 40.0',
      'ts_inference_requests_total{model_name="other",model_version="default",hostname="h",} 7.0',
      'Requests2XX{Level="Host",Hostname="h",} 400.0',
      '# TYPE Requests5XX counter',
    ].join('\n');
    expect(counts(presets.torchserve('fraud'), text)).toEqual({ errors: { total: 40, bad: 0 } });
    const failed = `${text}\nRequests5XX{Level="Host",Hostname="h",} 2.0`;
    expect(counts(presets.torchserve('fraud'), failed)).toEqual({ errors: { total: 42, bad: 2 } });
  });

  test('vLLM: routes of inference by status; streams that the engine broke are a guardrail', () => {
    const text = [
      'http_requests_total{handler="/v1/chat/completions",method="POST",status="2xx"} 50',
      'http_requests_total{handler="/v1/chat/completions",method="POST",status="5xx"} 2',
      'http_requests_total{handler="/v1/models",method="GET",status="2xx"} 9',
      'http_requests_total{handler="/health",method="GET",status="2xx"} 99',
      'vllm:request_success_total{engine="0",finished_reason="stop",model_name="m"} 49',
      'vllm:request_success_total{engine="0",finished_reason="error",model_name="m"} 1',
      'vllm:time_to_first_token_seconds_bucket{engine="0",le="0.5",model_name="m"} 45',
      'vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="m"} 50',
    ].join('\n');
    expect(counts(presets.vllm(), text, 500)).toEqual({
      errors: { total: 52, bad: 2 },
      latency: { total: 50, bad: 5 },
      unfinished: { total: 50, bad: 1 },
    });
  });

  test('KServe counts no errors: latency gates, and errors alone are refused with the way out', () => {
    const text = [
      'request_predict_seconds_bucket{le="0.25",model_name="fraud"} 8',
      'request_predict_seconds_bucket{le="+Inf",model_name="fraud"} 10',
    ].join('\n');
    expect(counts(presets.kserve('fraud'), text, 250)).toEqual({ latency: { total: 10, bad: 2 } });
    expect(() => counts(presets.kserve('fraud'), text)).toThrow(/kserve.*counts no failed requests.*at the gateway/);
  });
});

test('a latency limit between awkward edges names one that can be written', () => {
  expect(() => counts(presets['tensorflow-serving']('fraud'), '', 250)).toThrow(/218\.6ms/);
  expect(() => counts(presets.triton('fraud'), '', 250)).toThrow(/no latency histogram.*gateway/);
});
