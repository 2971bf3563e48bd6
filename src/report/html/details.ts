import type {
  BuildEvidence,
  ComparisonEvidence,
  OptimisedEvidence,
  Finding,
  RolloutEvidence,
  ValidateEvidence,
} from '../../pipeline/evidence.ts';
import { besideImage } from '../beside-image.ts';
import { comparisonTable } from '../comparison.ts';
import { bytes, count, duration, moment, plural, shortDigest, shortenDigests } from '../format.ts';
import { sinceStart } from '../live.ts';
import { layersChart } from './charts/layers.ts';
import { html, type Markup } from './markup.ts';
import { mostRows, section, table } from './tables.ts';
import { waiverText } from '../waiver.ts';

/** The files of the model and what was found in them. */
export function validateDetails(evidence: ValidateEvidence): Markup {
  const findings = evidence.model.files.flatMap((file) =>
    file.findings.map((finding) => ({ file: file.path, finding })),
  );
  const files = table(
    ['File', 'Format', 'Verdict', 'Size', 'SHA-256'],
    evidence.model.files.map((file) => [
      html`<td>${file.path}</td>
        <td class="tight">${file.format}</td>
        <td class="tight ${verdictTone(file.verdict)}">${file.verdict}</td>
        <td class="tight">${bytes(file.bytes)}</td>
        <td class="tight"><code title="${file.sha256}">${shortDigest(file.sha256)}</code></td>`,
    ]),
  );
  const found =
    findings.length === 0
      ? html`<p class="note">Nothing was found.</p>`
      : table(
          ['Severity', 'Rule', 'Where', 'What, and what to do'],
          findings.map(({ file, finding }) => [
            html`<td class="tight ${severityTone(finding)}">${finding.severity}</td>
              <td class="tight long"><code>${finding.rule}</code></td>
              <td>${where(file, finding)}</td>
              <td>${finding.message}<br /><span class="sub">${finding.hint} ${waiverText(finding)}</span></td>`,
          ]),
        );
  return section(
    'Validate',
    `${evidence.summary} · ${moment(evidence.volatile.startedAt)}`,
    html`${files}
      <h3>Findings</h3>
      ${found}${contract(evidence)}`,
    evidence.outcome !== 'passed',
  );
}

function where(file: string, { member, offset }: Finding): string {
  const place = member === undefined ? file : `${file}, member ${member}`;
  return offset === null ? place : `${place}, byte ${count(offset)}`;
}

function contract({ contract: signature }: ValidateEvidence): Markup | null {
  if (signature === null) return null;
  const specs = [
    ...signature.inputs.map((spec) => ({ spec, way: 'input' })),
    ...signature.outputs.map((spec) => ({ spec, way: 'output' })),
  ];
  const rows = specs.map(({ spec, way }) => [
    html`<td class="tight">${way}</td>
      <td>${spec.name}</td>
      <td class="tight">${spec.dtype}</td>
      <td class="tight">[${spec.shape.map((size) => size ?? 'any').join(', ')}]</td>`,
  ]);
  return html`<h3>Inputs and outputs (${signature.source})</h3>
    ${table(['', 'Name', 'Type', 'Shape'], rows)}`;
}

/** The image: by what its bytes are, then layer by layer. */
export function imageDetails(evidence: BuildEvidence): Markup {
  const { image, volatile } = evidence;
  const rows = image.layers.map((layer) => [
    html`<td class="tight"><span class="swatch k-${layer.kind}"></span>${layer.kind}</td>
      <td>${layer.title}</td>
      <td class="number">${bytes(layer.bytes)}</td>
      <td class="tight"><code title="${layer.digest}">${shortDigest(layer.digest)}</code></td>`,
  ]);
  const facts = html`<p class="note">
    ${image.platform}, runs as user ${image.user}; built by ${volatile.builder} in ${duration(volatile.buildMs)}, pushed
    in ${duration(volatile.pushMs)} (${bytes(volatile.uploadedBytes)} sent). Deployed as <code>${image.reference}</code>
  </p>`;
  const beside = besideImage(evidence).map((line) => html`<p class="note">${line}</p>`);
  return section(
    'Image',
    `${bytes(image.bytes)} in ${plural(image.layers.length, 'layer')} · ${moment(volatile.startedAt)}`,
    html`${layersChart(image.layers)}${facts}${beside}${table(['Holds', 'What', '>Size', 'Digest'], rows)}${optimisation(
      evidence.optimised,
    )}${comparison(volatile.comparison)}`,
    evidence.outcome !== 'passed',
  );
}

/** What was done to the model before it was put into the image. */
function optimisation(optimised: OptimisedEvidence | undefined): Markup | null {
  if (optimised === undefined) return null;
  const rows = optimised.steps.map((each) => [
    html`<td class="tight">${each.step}</td>
      <td>${each.path}</td>
      <td class="number">${bytes(each.bytesBefore)}</td>
      <td class="number">${each.bytesAfter === 0 ? 'left out' : bytes(each.bytesAfter)}</td>
      <td>${each.message}</td>`,
  ]);
  const notes = optimised.notes.map((note) => html`<p class="note">${note}</p>`);
  return html`<h3>The model: ${bytes(optimised.bytesBefore)} before, ${bytes(optimised.bytesAfter)} in the image</h3>
    ${rows.length === 0 ? null : table(['Step', 'File', '>Before', '>In the image', 'Why'], rows)}${notes}`;
}

/** The ONNX model before and after it was optimised. */
function comparison(compared: ComparisonEvidence | undefined): Markup | null {
  if (compared === undefined) return null;
  const { before, rows } = comparisonTable(compared);
  const cells = rows.map(([output, difference, allowed]) => [
    html`<td>${output}</td>
      <td>${difference}</td>
      <td>${allowed}</td>`,
  ]);
  return html`<p class="note">${before}</p>
    ${table(['Output', 'Difference', 'Allowed'], cells)}`;
}

/** Everything that happened, in order, and what remains in the cluster. */
export function eventDetails(evidence: RolloutEvidence): Markup {
  const { timeline, diagnosis, apiRequests } = evidence.volatile;
  const rows = sinceStart(timeline).map(({ afterMs, event }) => [
    html`<td class="number">${duration(afterMs)}</td>
      <td class="tight"><code>${event.kind}</code></td>
      <td>${shortenDigests(event.message)}</td>`,
  ]);
  const captured =
    diagnosis.length === 0
      ? null
      : html`<h3>Captured before the candidate was removed</h3>
          <pre>${diagnosis.slice(0, mostRows).join('\n')}</pre>`;
  return section(
    'Events of the rollout',
    `${plural(timeline.length, 'event')}, ${plural(apiRequests, 'request')} to the API server`,
    html`${table(['>After', 'Kind', 'What happened'], rows)}${captured}`,
    true,
  );
}

/** The objects in the cluster and what they run. */
export function objectDetails({ model, namespace, provider, stable, candidate, strategy }: RolloutEvidence): Markup {
  const revisions = [
    ...(stable === null ? [] : [{ role: 'stable before', facts: stable }]),
    { role: strategy === 'first' ? 'first' : 'candidate', facts: candidate },
  ];
  const rows = revisions.map(({ role, facts }) => [
    html`<td class="tight">${facts.name} (${role})</td>
      <td><code>Deployment/${model}-${facts.name}</code>, <code>Service/${model}-${facts.name}</code></td>
      <td><code>${facts.image}</code></td>
      <td class="tight">
        <code title="${facts.modelDigest ?? ''}"
          >${facts.modelDigest === null ? '–' : shortDigest(facts.modelDigest)}</code
        >
      </td>`,
  ]);
  const shared = html`<p class="note">
    Clients use <code>Service/${model}</code> in namespace ${namespace}; traffic is split by the provider ${provider};
    state is kept in <code>ConfigMap/mldeploy-${model}</code>.
  </p>`;
  return section(
    'Objects',
    `model ${model} in namespace ${namespace}`,
    html`${shared}${table(['Revision', 'Objects', 'Image', 'Model'], rows)}`,
    false,
  );
}

function verdictTone(verdict: string): string {
  return verdict === 'clean' ? 'good' : verdict === 'unsafe' ? 'bad' : 'waiting';
}

function severityTone({ severity }: Finding): string {
  return severity === 'critical' || severity === 'high' ? 'bad' : severity === 'info' ? 'sub' : 'waiting';
}
