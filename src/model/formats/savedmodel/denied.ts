/** What an operator does that no inference needs, by the reason. */
const reasons: Readonly<Record<string, string>> = {
  'runs Python code of the process that loaded the model': 'PyFunc PyFuncStateless EagerPyFunc',
  'reads files': `ReadFile MatchingFiles WholeFileReader WholeFileReaderV2 TextLineReader TextLineReaderV2 TFRecordReader TFRecordReaderV2
    FixedLengthRecordReader FixedLengthRecordReaderV2 LMDBReader TextLineDataset TFRecordDataset TFRecordDatasetV2 CSVDataset CSVDatasetV2
    FixedLengthRecordDataset FixedLengthRecordDatasetV2 LMDBDataset SqlDataset MatchingFilesDataset SnapshotDataset SnapshotDatasetV2
    SnapshotDatasetReader SnapshotNestedDatasetReader SnapshotChunkDataset ListSnapshotChunksDataset LoadDataset CacheDataset
    CacheDatasetV2 ExperimentalCSVDataset ExperimentalLMDBDataset ExperimentalSqlDataset ExperimentalMatchingFilesDataset
    GenerateVocabRemapping LoadAndRemapMatrix ImmutableConst RecordInput Skipgram ImportEvent`,
  'writes files': `WriteFile SaveDataset SaveDatasetV2 DatasetToTFRecord ExperimentalDatasetToTFRecord CreateSummaryFileWriter
    CreateSummaryDbWriter WriteSummary WriteScalarSummary WriteHistogramSummary WriteImageSummary WriteAudioSummary WriteGraphSummary
    WriteRawProtoSummary CalibrationStatisticsSaver DistributedSave DebugIdentity DebugIdentityV2 DebugIdentityV3 DebugNanCount
    DebugNumericSummary DumpTensor`,
  'talks to other machines': `RpcClient RpcCall RpcServerStart RpcServerRegister RpcGetValue RpcCheckStatus RemoteCall Send Recv _Send _Recv
    DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset RegisterDatasetV2`,
  'changes how files of the process are opened': 'FileSystemSetConfiguration',
  'ends the process': 'Abort',
  'runs a program that is hidden in a constant': 'DatasetFromGraph RemoteFusedGraphExecute',
};

const denied: ReadonlyMap<string, string> = new Map(
  Object.entries(reasons).flatMap(([reason, names]) => names.split(/\s+/).map((name) => [name, reason] as const)),
);

/** What a known harmful operator does; null for others. */
export function harmOf(operator: string): string | null {
  return denied.get(operator) ?? null;
}
