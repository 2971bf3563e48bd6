import { benign, dangerous, unchecked, type CorpusCase } from './case.ts';
import * as p from '../pickle/assembler.ts';

const pmml = '<?xml version="1.0"?>\n<PMML version="4.4"><Header/></PMML>\n';
const entities = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<PMML>&a;</PMML>\n';

const openvino = '<?xml version="1.0"?>\n<net name="m" version="11"/>\n';
const weights = Buffer.alloc(64, 7);
const signature = '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{}}';

/** Formats that cannot be told harmless from their bytes. */
export const opaqueCases: readonly CorpusCase[] = [
  unchecked('opaque: a TensorRT engine', ['opaque/native-code'], 'model.plan', Buffer.from('ftrt\0\0\0\0')),
  dangerous(
    'opaque: a pickle under the name of a TensorRT engine',
    ['pickle/dangerous-call', 'format/mismatch'],
    'model.plan',
    p.bytes(p.proto(4), p.payload, '.'),
  ),
  unchecked(
    'opaque: PMML as UTF-16',
    ['opaque/xml'],
    'model.pmml',
    Buffer.from('\ufeff<PMML version="4.4"></PMML>', 'utf16le'),
  ),
  unchecked('opaque: a TensorRT engine by its name', ['opaque/native-code'], 'model.engine', Buffer.alloc(16, 7)),
  unchecked('opaque: a program for Linux', ['opaque/native-code'], 'model.bin', Buffer.from('\x7fELF\x02\x01\x01')),
  unchecked('opaque: a program for Windows', ['opaque/native-code'], 'model.dat', Buffer.from('MZ\x90\0')),
  unchecked('opaque: a program for macOS', ['opaque/native-code'], 'model.dat', Buffer.from('cffaedfe07000001', 'hex')),
  unchecked('opaque: Core ML', ['opaque/coreml'], 'model.mlmodel', Buffer.from([8, 4, 18, 0])),
  unchecked('opaque: PMML', ['opaque/xml'], 'model.pmml', pmml),
  unchecked('opaque: OpenVINO', ['opaque/xml'], 'model.xml', openvino),
  unchecked('opaque: OpenVINO with its weights', ['opaque/xml', 'opaque/other'], {
    'm/model.xml': openvino,
    'm/model.bin': weights,
  }),
  unchecked('opaque: weights beside another XML', ['format/unknown'], { 'm/model.xml': pmml, 'm/model.bin': weights }),
  unchecked('opaque: a package of Core ML', ['opaque/coreml', 'opaque/other'], {
    'm.mlpackage/Manifest.json': '{}',
    'm.mlpackage/Data/com.apple.CoreML/model.mlmodel': Buffer.from([8, 4, 18, 0]),
    'm.mlpackage/Data/com.apple.CoreML/weights/weight.bin': weights,
  }),
  benign('signature: a bundle beside the model', { 'm/config.json': '{}', 'm/model.sig': signature }),
  unchecked('signature: something else under its name', ['format/unknown'], 'model.sig', weights),
  dangerous('opaque: PMML with an entity', ['opaque/xml-entities'], 'model.pmml', entities),
  dangerous('opaque: an entity far behind', ['opaque/xml-entities'], 'model.pmml', () =>
    Buffer.from(`${pmml}${' '.repeat(1024 * 1024 - pmml.length - 4)}${entities.slice(22)}`),
  ),
  dangerous('opaque: an entity in UTF-16', ['opaque/xml-entities'], 'model.pmml', Buffer.from(entities, 'utf16le')),
];
